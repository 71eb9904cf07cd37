"""What a new version of a schedule would move, before anyone approves it. Nothing is written.

For every stored case file the row it would take is found: the row of the same name, when a person assigned it to a row
of an earlier version; else the row its title looks most like, as the suggestion an archivist is shown. Its dates by
that row's period are put beside the dates it has. Approving a version moves no case file by itself: what is longer is
for an archivist to set, what is shorter for a council (`retention.appraisal`).

The periods that single documents declare are not read here: a file of which a document is kept longer than the row says
is counted as one that could become shorter, and setting it would keep the longer one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from archive.errors import NotAllowedError
from archive.reason import because
from archive.register.models import CaseFile, CaseFileState
from archive.viewer import ALL_AGENCIES, Viewer
from retention.eligibility import SEES_DUE
from retention.folding import fold
from retention.period import LONGEST_YEARS, Counting, RetentionPeriod, eligible_from, last_day
from retention.schedule import Schedule, matcher

BATCH = 10_000
COLUMNS = (
    "id",
    "code",
    "agency_code",
    "title",
    "access",
    "end_date",
    "permanent",
    "retention_years",
    "last_day",
    "assigned_schedule",
    "assigned_row",
)


PERIODS = {years: RetentionPeriod(years) for years in (None, *range(1, LONGEST_YEARS + 1))}


class Way(StrEnum):
    """How a case file would move."""

    LONGER = "longer"
    SHORTER = "shorter"
    CLEAR = "clear"  # its period was unclear and would be known
    SAME = "same"
    OPEN = "open"  # its row has no fixed number of years
    NO_ROW = "no-row"  # no row looks like it


MOVES = frozenset({Way.LONGER, Way.SHORTER, Way.CLEAR})


@dataclass(frozen=True, slots=True)
class Move:
    """One case file that would move.

    Attributes:
        title: "" where who asked may not read the case file.
        access: its access code; whoever is shown the title later is asked again.
        row: number of the row it would take.
        assigned: the row follows from one a person assigned; else from the title, with `score` 0 to 1.
        was: the period it has; None while it is unclear.
        last_day: last day as it is; None if permanent or unclear.
        new_last_day: last day as it would be; None if permanent.
        years: by how many years longer; None to or from permanent, or from unclear.
        in_force: the version holds on the day the work ended.
    """

    case_file_id: str
    code: str
    agency_code: str
    title: str
    access: str
    end_date: date
    way: Way
    row: str
    assigned: bool
    score: float
    was: RetentionPeriod | None
    period: RetentionPeriod
    last_day: date | None
    new_last_day: date | None
    years: int | None
    in_force: bool


@dataclass
class Totals:
    """What came of it, in numbers.

    Attributes:
        looked_at: stored case files of the agencies.
        by_agency: agency -> way -> case files.
        not_in_force: of those that would move, how many whose work ended on a day the version does not hold.
        due_before: year from whose first day case files may be listed -> how many, as it is.
        due_after: the same as it would be.
        years_longer: sum of the years by which those with numbers on both sides would be kept longer.
        years_shorter: the same for shorter.
    """

    looked_at: int = 0
    by_agency: dict[str, Counter[str]] = field(default_factory=dict)
    not_in_force: int = 0
    due_before: Counter[int] = field(default_factory=Counter)
    due_after: Counter[int] = field(default_factory=Counter)
    years_longer: int = 0
    years_shorter: int = 0

    def count(self, way: Way) -> int:
        """Return how many case files go that way."""
        return sum(ways[way] for ways in self.by_agency.values())

    @property
    def moved(self) -> int:
        """Return how many would move."""
        return sum(map(self.count, MOVES))


def simulate(
    session: Session,
    table: Schedule,
    *,
    agency: str,
    viewer: Viewer,
    counting: Counting,
    earlier: Iterable[Schedule] = (),
    moved: Callable[[Move], None] = lambda move: None,
    told: Callable[[int, int], None] = lambda done, total: None,
) -> Totals:
    """Return what a version would move; every move is handed over as it is found, in the register's order.

    Memory does not grow with the number of case files.

    Args:
        session: for reading.
        table: the version.
        agency: whose; "*" for every agency, for who lists, votes or decides for all.
        viewer: who asks.
        counting: the setting of that name.
        earlier: versions whose rows case files may have been assigned to.
        moved: takes each case file that would move.
        told: called now and then with how many were looked at, of how many.

    Raises:
        NotAllowedError: the viewer has no part in deciding what falls due there.
    """
    conditions = [CaseFile.state == CaseFileState.STORED, *_of(agency, viewer)]
    total = session.scalar(select(func.count()).select_from(CaseFile).where(*conditions)) or 0
    told(0, total)
    # On the connection: as plain tuples, without what the session does for each row.
    rows = session.connection().execute(
        select(*(CaseFile.__table__.c[name] for name in COLUMNS)).where(*conditions),
        execution_options={"yield_per": BATCH},
    )
    totals = Totals()
    find = matcher(table).find
    follows = _followed(table, earlier)
    for part in rows.partitions():
        for id, code, of, title, access, ended, permanent, years, last, schedule, assigned in part:
            place = follows.get((schedule, assigned)) if schedule else None
            score = 1.0
            by_person = place is not None
            if place is None:
                found = find(title)
                place, score = found[0] if found else (None, 0.0)
            was = None if permanent is None else PERIODS[None if permanent else years]
            period = None if place is None else table.lines[place].period
            if place is None:
                way = Way.NO_ROW
            elif period is None:
                way = Way.OPEN
            else:
                way = _way(was, period)
            ways = totals.by_agency.get(of)
            if ways is None:
                ways = totals.by_agency[of] = Counter()
            ways[way] += 1
            if last is not None:
                totals.due_before[last.year + 1] += 1
            if way not in MOVES or period is None or place is None:
                if last is not None:
                    totals.due_after[last.year + 1] += 1
                continue
            first = eligible_from(ended, period, counting=counting)
            if first is not None:
                totals.due_after[first.year] += 1
            by = None
            if was is not None and was.years is not None and period.years is not None:
                by = period.years - was.years
                totals.years_longer += max(by, 0)
                totals.years_shorter += max(-by, 0)
            holds = table.in_force(ended)
            totals.not_in_force += not holds
            new_last = last_day(ended, period, counting=counting)
            moved(
                Move(
                    case_file_id=id,
                    code=code,
                    agency_code=of,
                    title=title if viewer.may_read(of, access) else "",
                    access=access,
                    end_date=ended,
                    way=way,
                    row=table.lines[place].ref,
                    assigned=by_person,
                    score=score,
                    was=was,
                    period=period,
                    last_day=last,
                    new_last_day=new_last,
                    years=by,
                    in_force=holds,
                )
            )
        totals.looked_at += len(part)
        told(totals.looked_at, total)
    return totals


def _of(agency: str, viewer: Viewer) -> list[ColumnElement[bool]]:
    held = viewer.agencies_with(SEES_DUE)
    if agency != ALL_AGENCIES and held & {agency, ALL_AGENCIES}:
        return [CaseFile.agency_code == agency]
    if agency == ALL_AGENCIES and ALL_AGENCIES in held:
        return []
    raise NotAllowedError(because("archive.no-part", who=viewer.name, agency=agency))


def _way(was: RetentionPeriod | None, period: RetentionPeriod) -> Way:
    if was is None:
        return Way.CLEAR
    if was.years == period.years:
        return Way.SAME
    if was.years is None:
        return Way.SHORTER
    return Way.LONGER if period.years is None or period.years > was.years else Way.SHORTER


def _followed(table: Schedule, earlier: Iterable[Schedule]) -> Mapping[tuple[str, str], int]:
    """Return which row of a version follows a row of an earlier one: that of the same name, however it is numbered."""
    places = {fold(line.title): place for place, line in reversed(list(enumerate(table.lines)))}
    return {
        (before.id, line.ref): place
        for before in earlier
        for line in before.lines
        if (place := places.get(fold(line.title))) is not None
    }
