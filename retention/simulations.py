"""Simulations that somebody asked for on a page: begun, watched, and their outcome kept until the next one.

What is kept is of the machine and no record: how far it is, the totals, the first moves as examples, and the whole list
of moves as a file beside the register, until somebody asks for that version again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from archive.errors import NotAllowedError, NotFoundError, TangThuError
from archive.reason import as_text, because
from archive.register.models import CaseFile, CaseFileState
from archive.register.schedules import Simulation
from archive.register.session import reading, transaction
from archive.settings import ArchiveSettings
from archive.viewer import ALL_AGENCIES, Viewer
from retention import versions
from retention.eligibility import SEES_DUE
from retention.moves import MovesFile, totals_as_json
from retention.own_schedules import own_schedules, schedule_of
from retention.settings import RetentionSettings
from retention.simulate import Move, Totals, simulate

EXAMPLES = 100
AT_ONCE = 20_000
"""Case files up to which a request may do it itself: about a second."""
TOLD_EVERY = timedelta(seconds=2)
LOST_AFTER = timedelta(minutes=10)
"""A run that said nothing for so long is taken for dead; its worker may have been killed."""


def may_simulate(viewer: Viewer, agency: str) -> bool:
    """Say whether this person may see what a version of that agency's schedule would move."""
    return bool(viewer.agencies_with(SEES_DUE) & {agency, ALL_AGENCIES})


def ask(session: Session, schedule_id: str, *, viewer: Viewer, now: datetime) -> tuple[str, bool]:
    """Write down that a version is to be held against the case files; return the run's id and whether to begin it.

    While a run of that version goes on, it is that one, and nothing is begun. Older outcomes of it go.

    Raises:
        NotFoundError: no such version that the viewer may see.
        NotAllowedError: the viewer has no part in deciding what falls due there.
    """
    row = versions.one(session, schedule_id, viewer=viewer)
    if not may_simulate(viewer, row.agency_code):
        raise NotAllowedError(because("archive.no-part", who=viewer.name, agency=row.agency_code))
    before = latest(session, schedule_id)
    if before is not None and goes_on(before, now):
        return before.id, False
    session.execute(delete(Simulation).where(Simulation.schedule_id == schedule_id))
    run = Simulation(
        schedule_id=schedule_id, asked_by=viewer.name, asked_at=now, seen_at=now, total=size(session, row.agency_code)
    )  # fmt: skip
    session.add(run)
    session.flush()
    return run.id, True


def latest(session: Session, schedule_id: str) -> Simulation | None:
    """Return the run of a version that was asked for last; None when there is none."""
    found: Simulation | None = session.scalar(
        select(Simulation)
        .where(Simulation.schedule_id == schedule_id)
        .order_by(Simulation.asked_at.desc())
        .limit(1)
    )
    return found


def goes_on(run: Simulation, now: datetime) -> bool:
    """Say whether a run has not ended and was heard of lately."""
    return run.ended_at is None and now - run.seen_at < LOST_AFTER


def size(session: Session, agency: str) -> int:
    """Return how many case files a version of that agency's schedule is held against."""
    query = select(func.count()).select_from(CaseFile).where(CaseFile.state == CaseFileState.STORED)
    if agency != ALL_AGENCIES:
        query = query.where(CaseFile.agency_code == agency)
    return session.scalar(query) or 0


def run(simulation_id: str, *, viewer: Viewer, clock: Callable[[], datetime]) -> None:
    """Do what was asked for and keep the outcome; a refusal is kept as its error. What has ended stays as it is.

    Raises:
        NotFoundError: there is no such run (any more).
    """
    with transaction() as session:
        asked = session.get(Simulation, simulation_id)
        if asked is None:
            raise NotFoundError(because("retention.no-simulation", simulation=simulation_id))
        if asked.ended_at is not None:
            return
        schedule_id = asked.schedule_id
    examples: list[dict[str, Any]] = []
    said_at = clock()

    def told(done: int, total: int) -> None:
        nonlocal said_at
        if clock() - said_at >= TOLD_EVERY:
            said_at = clock()
            _keep(simulation_id, seen_at=said_at, done=done, total=total)

    try:
        with _moves_kept(simulation_id) as sink:
            write = MovesFile(sink)

            def note(move: Move) -> None:
                write(move)
                if len(examples) < EXAMPLES:
                    examples.append(example(move))

            totals = _simulated(schedule_id, viewer, note, told)
    except TangThuError as error:
        _keep(simulation_id, seen_at=clock(), ended_at=clock(), error=as_text([error.reason]))
        return
    _keep(
        simulation_id,
        seen_at=clock(),
        ended_at=clock(),
        done=totals.looked_at,
        total=totals.looked_at,
        totals=totals_as_json(totals),
        examples=examples,
    )


def moves_of(run: Simulation) -> Path:
    """Return the file with every case file a run found to move, as CSV.

    It says what whoever asked might read. Who may be shown it has a part in deciding what falls due at the agencies it
    is about (`may_simulate`), and may read there what they might.

    Raises:
        NotFoundError: it is not on this machine (any more).
    """
    path = _folder() / f"{run.id}.csv"
    if run.ended_at is None or not path.is_file():
        raise NotFoundError(because("retention.no-moves"))
    return path


def _folder() -> Path:
    return ArchiveSettings.load().data / "simulations"


@contextmanager
def _moves_kept(simulation_id: str) -> Iterator[TextIO]:
    """Give a file for the moves that is there whole, or not at all; those of runs that were forgotten go."""
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with reading() as session:
        known = set(session.scalars(select(Simulation.id)))
    for path in folder.iterdir():
        if path.name.partition(".")[0] not in known:
            path.unlink(missing_ok=True)
    begun = folder / f"{simulation_id}.begun"
    begun.unlink(missing_ok=True)
    try:
        begun.touch(mode=0o600, exist_ok=False)
        with begun.open("w", encoding="utf-8", newline="") as sink:
            yield sink
        begun.replace(folder / f"{simulation_id}.csv")
    finally:
        begun.unlink(missing_ok=True)


def _simulated(
    schedule_id: str, viewer: Viewer, moved: Callable[[Move], None], told: Callable[[int, int], None]
) -> Totals:
    with reading() as session:
        row = versions.one(session, schedule_id, viewer=viewer)
        earlier = [one for one in own_schedules(session, row.agency_code) if one.id != row.id]
        return simulate(
            session,
            schedule_of(row),
            agency=row.agency_code,
            viewer=viewer,
            counting=RetentionSettings.load().counting,
            earlier=earlier,
            moved=moved,
            told=told,
        )


def example(move: Move) -> dict[str, Any]:
    """Return a move as the page shows it, as JSON values."""
    return {
        "id": move.case_file_id,
        "code": move.code,
        "agency": move.agency_code,
        "title": move.title,
        "access": move.access,
        "way": str(move.way),
        "row": move.row,
        "assigned": move.assigned,
        "was": "" if move.was is None else str(move.was),
        "period": str(move.period),
        "last_day": move.last_day.isoformat() if move.last_day else None,
        "new_last_day": move.new_last_day.isoformat() if move.new_last_day else None,
        "years": move.years,
        "in_force": move.in_force,
    }


def _keep(simulation_id: str, **values: Any) -> None:
    with transaction() as session:
        run = session.get(Simulation, simulation_id)
        if run is not None:
            for name, value in values.items():
                setattr(run, name, value)


def forget(simulation_id: str) -> None:
    """Take a run back that could not be begun."""
    with transaction() as session:
        session.execute(delete(Simulation).where(Simulation.id == simulation_id))
