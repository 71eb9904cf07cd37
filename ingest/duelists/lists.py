"""Lists of due files in the register: put lines on, take them off, and how far each has come.

The archive announces the list (NĐ 01/2013/NĐ-CP Điều 7.3.a); that its lines may be put in by the agency as well as by
the archive, and how they are changed, is our own rule.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from sqlalchemy import ColumnElement, case, exists, func, select
from sqlalchemy.orm import Session

from archive.errors import NotAllowedError, NotFoundError
from archive.ledger.append import append, be_only_writer
from archive.ledger.event import Verb
from archive.reason import Reason, because
from archive.register.agreements import DueFile
from archive.register.models import STATES_OPEN, Agency, CaseFile, Submission, SubmissionState
from archive.register.projection import apply
from archive.viewer import Role, Viewer
from ingest.duelists.lines import Line
from ingest.errors import IngestError
from ingest.seen_by import seen_by

T = TypeVar("T")
BASIS = "NĐ 01/2013/NĐ-CP Điều 7.3.a"
LISTS = frozenset({Role.OFFICIAL, Role.CLERK, Role.ARCHIVIST})
AHEAD = timedelta(days=30)
"""How long before the day a line is announced (NĐ 30/2020/NĐ-CP Phụ lục VI III.5.b)."""
IN_ONE_EVENT = 500
BUSY = STATES_OPEN | {SubmissionState.TO_DECIDE, SubmissionState.GATHERING}
BACK = frozenset({SubmissionState.RETURNED, SubmissionState.REFUSED})


class DueState(StrEnum):
    """How far a listed case file has come."""

    NOT_SENT = "not-sent"
    CHECKING = "checking"
    RETURNED = "returned"
    STORED = "stored"


class DueListError(IngestError):
    """A list that cannot be taken as it is: everything that is wrong with it.

    Attributes:
        problems: reasons, each naming its line.
    """

    def __init__(self, problems: Sequence[Reason]) -> None:
        super().__init__(because("ingest.due-list-wrong", count=len(problems), why=list(problems)))
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Listed:
    """A line as people see it.

    Attributes:
        state: by the deliveries and case files under its code.
        submission_id: its newest delivery; None when there is none that this person may see.
        overdue: its day has passed and it is not stored.
        soon: its day is within 30 days and it is not stored.
    """

    line: DueFile
    state: DueState
    submission_id: str | None
    overdue: bool
    soon: bool


@dataclass(frozen=True)
class Page:
    """A page of lines, and counts over all pages as far as the viewer may see."""

    items: Sequence[Listed]
    total: int
    page: int
    size: int
    counts: Mapping[str, int]


def put(session: Session, agency_code: str, lines: Collection[Line], *, viewer: Viewer, now: datetime) -> int:
    """Put lines on an agency's list, or change those with the same codes; return how many are new or changed.

    Raises:
        NotFoundError: no such agency.
        NotAllowedError: the viewer neither sends for it nor archives it.
    """
    be_only_writer(session)
    role = _may_list(session, agency_code, viewer)
    known = {
        row.code: row for row in session.scalars(select(DueFile).where(DueFile.agency_code == agency_code))
    }
    changed = [line for line in lines if _differs(known.get(line.code), line)]
    for part in _parts(changed):
        payload = {"lines": [line.as_json() for line in part]}
        event = append(
            session,
            Verb.DUE_LIST,
            actor=viewer.name,
            role=role,
            kind="agency",
            id=agency_code,
            payload=payload,
            basis=BASIS,
            now=now,
        )
        apply(session, event)
    return len(changed)


def withdraw(
    session: Session, agency_code: str, codes: Collection[str], *, why: str, viewer: Viewer, now: datetime
) -> int:
    """Take lines off an agency's list with a word why; return how many were on it.

    Raises:
        NotFoundError: no such agency.
        NotAllowedError: the viewer neither sends for it nor archives it.
        IngestError: no word was given.
    """
    be_only_writer(session)
    role = _may_list(session, agency_code, viewer)
    if not why.strip():
        raise IngestError(because("ingest.no-word"))
    there = [row for code in codes if (row := session.get(DueFile, (agency_code, code))) is not None]
    gone = [row.code for row in there if row.withdrawn_at is None]
    if gone:
        event = append(
            session,
            Verb.DUE_LIST,
            actor=viewer.name,
            role=role,
            kind="agency",
            id=agency_code,
            payload={"withdrawn": gone, "why": why.strip()[:500]},
            basis=BASIS,
            now=now,
        )
        apply(session, event)
    return len(gone)


def may_list(agency_code: str, viewer: Viewer) -> Role | None:
    """Return the role in which this person changes an agency's list; None when they may not."""
    return next((role for role in sorted(LISTS) if viewer.has(role, agency_code)), None)


def listing(
    session: Session,
    *,
    viewer: Viewer,
    today: date,
    agency: str = "",
    state: str = "",
    sort: str = "planned",
    page: int = 1,
    size: int = 50,
) -> Page:
    """Return the lines this person may see, the earliest day first unless `sort` says otherwise.

    Args:
        state: a `DueState`, "overdue" or "soon"; "" for all.
        sort: planned, code, title or agency; a leading "-" turns the order round.
    """
    mine = [DueFile.withdrawn_at.is_(None), seen_by(viewer, DueFile.agency_code)]
    if agency:
        mine.append(DueFile.agency_code == agency)
    found = _state()
    counted = {str(name): int(number) for name, number in session.execute(
        select(found, func.count()).where(*mine).group_by(found)
    )}  # fmt: skip
    open_ = found != DueState.STORED.value
    late, soon = DueFile.planned_on < today, DueFile.planned_on.between(today, today + AHEAD)
    for name, which in (("overdue", late), ("soon", soon)):
        counted[name] = session.scalar(select(func.count()).where(*mine, open_, which)) or 0
    narrowed = {"overdue": (open_, late), "soon": (open_, soon)}.get(
        state, (found == state,) if state else ()
    )
    total = session.scalar(select(func.count()).where(*mine, *narrowed)) or 0
    columns = {
        "planned": DueFile.planned_on,
        "code": DueFile.code,
        "title": DueFile.title,
        "agency": DueFile.agency_code,
    }
    column = columns.get(sort.lstrip("-"), DueFile.planned_on)
    rows = session.execute(
        select(DueFile, found)
        .where(*mine, *narrowed)
        .order_by(column.desc() if sort.startswith("-") else column.asc(), DueFile.agency_code, DueFile.code)
        .limit(size)
        .offset((page - 1) * size)
    ).all()
    newest = _newest(session, [line for line, _ in rows])
    items = [
        Listed(
            line,
            DueState(reached),
            newest.get((line.agency_code, line.code)),
            reached != DueState.STORED and line.planned_on < today,
            reached != DueState.STORED and today <= line.planned_on <= today + AHEAD,
        )
        for line, reached in rows
    ]
    return Page(items, total, page, size, counted)


def count_due(session: Session, *, viewer: Viewer, today: date) -> tuple[int, int]:
    """Return how many lines this person may see are overdue, and due within 30 days, and not stored."""
    mine = (
        DueFile.withdrawn_at.is_(None),
        seen_by(viewer, DueFile.agency_code),
        _state() != DueState.STORED.value,
    )
    late = session.scalar(select(func.count()).where(*mine, DueFile.planned_on < today)) or 0
    within = DueFile.planned_on.between(today, today + AHEAD)
    return late, session.scalar(select(func.count()).where(*mine, within)) or 0


def announce(session: Session, *, now: datetime, today: date) -> int:
    """Announce every line that falls due within 30 days, is not stored and was not announced; return how many.

    No message of the exchange that we have read about is made for it, so nothing is sent to the agency's system: the
    announcement is a notice in the portal and over REST, and a ledger event.
    """
    be_only_writer(session)
    rows = session.scalars(
        select(DueFile)
        .where(
            DueFile.withdrawn_at.is_(None),
            DueFile.announced_at.is_(None),
            DueFile.planned_on <= today + AHEAD,
            _state() != DueState.STORED.value,
        )
        .order_by(DueFile.agency_code, DueFile.code)
    ).all()
    by_agency: dict[str, list[str]] = {}
    for row in rows:
        by_agency.setdefault(row.agency_code, []).append(row.code)
    for agency_code, codes in by_agency.items():
        for part in _parts(codes):
            event = append(
                session,
                Verb.DUE_LIST,
                actor="system:ingest",
                kind="agency",
                id=agency_code,
                payload={"announced": list(part)},
                basis="NĐ 01/2013/NĐ-CP Điều 7.3.a; NĐ 30/2020/NĐ-CP Phụ lục VI III.5.b",
                now=now,
            )
            apply(session, event)
    return len(rows)


def _state() -> ColumnElement[str]:
    """Return the state of a line, for the database."""
    under = (Submission.agency_code == DueFile.agency_code, Submission.file_code == DueFile.code)
    stored = exists().where(CaseFile.agency_code == DueFile.agency_code, CaseFile.code == DueFile.code)
    busy = exists().where(*under, Submission.state.in_(BUSY))
    back = exists().where(*under, Submission.state.in_(BACK))
    return case(
        (stored, DueState.STORED.value),
        (busy, DueState.CHECKING.value),
        (back, DueState.RETURNED.value),
        else_=DueState.NOT_SENT.value,
    )


def _newest(session: Session, lines: Sequence[DueFile]) -> dict[tuple[str, str], str]:
    """Return the newest delivery of each of these lines."""
    query = (
        select(Submission.agency_code, Submission.file_code, Submission.id)
        .where(
            Submission.agency_code.in_({line.agency_code for line in lines}),
            Submission.file_code.in_({line.code for line in lines}),
        )
        .order_by(Submission.received_at)
    )
    return {(agency, code): id for agency, code, id in session.execute(query)}


def _may_list(session: Session, agency_code: str, viewer: Viewer) -> Role:
    if session.get(Agency, agency_code) is None:
        raise NotFoundError(because("archive.no-agency", agency=agency_code))
    role = may_list(agency_code, viewer)
    if role is None:
        raise NotAllowedError(because("ingest.sends-nothing", who=viewer.name, agency=agency_code))
    return role


def _differs(row: DueFile | None, line: Line) -> bool:
    return (
        row is None
        or row.withdrawn_at is not None
        or any(getattr(row, name) != getattr(line, name) for name in Line.__dataclass_fields__)
    )


def _parts(values: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(values), IN_ONE_EVENT):
        yield values[start : start + IN_ONE_EVENT]
