"""What is due: stored, expired, not permanent, not held. One query, whatever the number.

The index `ix_case_file_due` (state, eligible_from, agency_code, code) finds the rows, in the order they are shown in;
what is not due costs nothing. A page can be asked for by the last row of the one before (`after`): then what was shown
already costs nothing either.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, literal, select, tuple_
from sqlalchemy.orm import Session

from archive.holds import held
from archive.reason import Reason
from archive.register.decisions import Order, OrderItem, OrderKind
from archive.register.models import CaseFile, CaseFileState
from archive.underway import still_named
from archive.viewer import ALL_AGENCIES, Role, Viewer

SEES_DUE = frozenset({Role.ARCHIVIST, Role.COUNCIL, Role.HEAD})
"""Who may see what falls due: the people who list, vote and decide."""


SORTS = {
    "last-day": CaseFile.eligible_from,
    "end-date": CaseFile.end_date,
    "period": CaseFile.retention_years,
    "title": CaseFile.title,
    "code": CaseFile.code,
    "documents": CaseFile.total_docs,
}
"""What the due list may be sorted by."""

AGENCY = func.coalesce(CaseFile.agency_code, "")
"""The agency as an expression: as a plain column SQLite walks the index of (agency, code) through all case
files instead of the one that knows what is due: 0.36 s, not 2 ms, at 100,000 (benchmarks/due_list.py)."""


Place = tuple[date, str, str]
"""Where a case file stands in the list: eligible from, agency, code."""


@dataclass(frozen=True)
class Due:
    """A case file that may go on a disposal list.

    Attributes:
        maintenance: as declared.
        last_day: last day it had to be kept.
        listed_in: id of an open destruction order that names it already, or "".
        same_as, same_as_code: of a duplicate (`retention.told_duplicates`), what stays for it; "" when it has expired.
        differs: of a duplicate, in what it differs from what stays (`archive.twin_differences`).
        told_until: of a duplicate, the day from which a list with it may be submitted.
    """

    case_file_id: str
    code: str
    title: str
    agency_code: str
    regime: str
    end_date: date
    maintenance: str
    retention_years: int | None
    last_day: date
    eligible_from: date
    total_docs: int
    listed_in: str
    same_as: str = ""
    same_as_code: str = ""
    told_until: date | None = None
    differs: tuple[Reason, ...] = ()

    @property
    def place(self) -> Place:
        """Return where it stands in the list, longest overdue first: the next page begins behind it."""
        return self.eligible_from, self.agency_code, self.code


def agencies_seen(viewer: Viewer, agency: str | None) -> frozenset[str] | None:
    """Return the agencies to look in, None for all of them; an agency without a role gives none."""
    held = viewer.agencies_with(SEES_DUE)
    if agency is not None:
        return frozenset({agency}) if held & {agency, ALL_AGENCIES} else frozenset()
    return None if ALL_AGENCIES in held else held


def _conditions(
    viewer: Viewer, today: date, agency: str | None, since: date | None = None
) -> list[ColumnElement[bool]]:
    conditions = [
        CaseFile.state == CaseFileState.STORED,
        CaseFile.eligible_from <= today,
        CaseFile.permanent.is_(False),
        ~held(today),
    ]
    if since is not None:
        conditions.append(CaseFile.eligible_from >= since)
    agencies = agencies_seen(viewer, agency)
    if agencies is not None:
        conditions.append(AGENCY.in_(agencies))
    return conditions


def due(
    session: Session,
    *,
    viewer: Viewer,
    today: date,
    agency: str | None = None,
    limit: int = 100,
    offset: int = 0,
    sort: str = "last-day",
    since: date | None = None,
    after: Place | None = None,
) -> list[Due]:
    """Return the case files due on a day, longest overdue first, in one query.

    Held ones, permanent ones, those with an unclear period and those already gone are not there. A viewer
    sees the agencies where they are archivist, council member or head.

    Args:
        session: on the register; nothing is written.
        viewer: who asks.
        today: the day to look at; a later day shows what will fall due.
        agency: only this one.
        limit: rows at most.
        offset: rows to pass over.
        sort: one of `SORTS`, with "-" before it the other way round; anything else is the last day.
        since: leave out those that could be listed before that day; with 01/01 and `today` 31/12, those of one year.
        after: begin behind this place (`Due.place` of the last row of the page before), in the order of the last day.
    """
    by = SORTS.get(sort.removeprefix("-"), CaseFile.eligible_from)
    rows = session.execute(
        select(*shown())
        # Behind a place every row is late enough; told so once more, SQLite would begin at `since` again.
        .where(*_conditions(viewer, today, agency, None if after else since), *_behind(after))
        .order_by(by.desc() if sort.startswith("-") else by, CaseFile.agency_code, CaseFile.code)
        .limit(limit)
        .offset(offset)
    )
    return [Due(*row) for row in rows]


def shown() -> list[Any]:
    """Return the columns of a `Due` that has expired, for a query over `CaseFile`."""
    listed = (
        select(func.min(Order.id))
        .join(OrderItem, OrderItem.order_id == Order.id)
        .where(
            Order.kind == OrderKind.DESTRUCTION,
            OrderItem.case_file_id == CaseFile.id,
            still_named(),
        )
        .correlate(CaseFile)
        .scalar_subquery()
    )
    return [
        CaseFile.id,
        CaseFile.code,
        CaseFile.title,
        CaseFile.agency_code,
        CaseFile.regime,
        CaseFile.end_date,
        CaseFile.maintenance,
        CaseFile.retention_years,
        CaseFile.last_day,
        CaseFile.eligible_from,
        CaseFile.total_docs,
        func.coalesce(listed, ""),
    ]


def _behind(after: Place | None) -> list[ColumnElement[bool]]:
    if after is None:
        return []
    columns = tuple_(CaseFile.eligible_from, CaseFile.agency_code, CaseFile.code)
    return [columns > tuple_(*map(literal, after))]


def due_pages(
    session: Session,
    *,
    viewer: Viewer,
    today: date,
    agency: str | None = None,
    since: date | None = None,
    size: int = 1000,
) -> Iterator[list[Due]]:
    """Yield everything that is due on a day, longest overdue first, a page at a time; memory does not grow.

    Each page is a query of its own that begins behind the page before, so the caller may commit in between.
    """
    after = None
    while page := due(
        session, viewer=viewer, today=today, agency=agency, limit=size, since=since, after=after
    ):
        yield page
        if len(page) < size:
            return
        after = page[-1].place


def count_due(
    session: Session, *, viewer: Viewer, today: date, agency: str | None = None, since: date | None = None
) -> dict[str, int]:
    """Return how many case files are due on a day, by agency code; agencies with none are left out."""
    rows = session.execute(
        select(AGENCY, func.count())
        .where(*_conditions(viewer, today, agency, since))
        .group_by(AGENCY)
        .order_by(AGENCY)
    )
    return {row[0]: row[1] for row in rows}


def count_unclear(session: Session, *, viewer: Viewer, agency: str | None = None) -> dict[str, int]:
    """Return how many stored case files have a period that is unclear (or not reckoned yet), by agency."""
    conditions = [
        CaseFile.state == CaseFileState.STORED,
        CaseFile.eligible_from.is_(None),
        CaseFile.permanent.is_(None),
    ]
    agencies = agencies_seen(viewer, agency)
    if agencies is not None:
        conditions.append(CaseFile.agency_code.in_(agencies))
    rows = session.execute(
        select(CaseFile.agency_code, func.count()).where(*conditions).group_by(CaseFile.agency_code)
    )
    return {row[0]: row[1] for row in rows}
