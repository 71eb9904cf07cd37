"""What waits to be handed over to the Historical Archive, and until when it has to go.

Law 01/2011/QH13 Điều 21: permanent records within 10 years from the year the work ended. Law 33/2024/QH15 Điều 17:
within 5 years from the year they came to the agency's archive, for which we take the year they were stored here. That
the last day is 31 December of that year is our reading; longer terms that other laws set for single branches are not
known here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, extract, func, select
from sqlalchemy.orm import Session

from archive.holds import held
from archive.register.decisions import ORDERS_OPEN, Order, OrderItem, OrderKind, OrderState
from archive.register.models import Agency, CaseFile, CaseFileState, Regime
from archive.seen_at import seen_at
from archive.vietnam import local
from archive.viewer import ALL_AGENCIES, Role, Viewer
from exports.progress import ENDED

SEES_WAITING = frozenset({Role.ARCHIVIST, Role.HEAD})
SEES_HANDOVERS = SEES_WAITING | {Role.HISTORICAL, Role.AUDITOR}
YEARS = {Regime.R1: 10, Regime.R2: 5}

# The register keeps UTC: on its last day of a year the new one has begun in Việt Nam from 17 o'clock on (UTC+7).
BEGUN_IN_VIETNAM = and_(
    extract("month", CaseFile.stored_at) == 12,
    extract("day", CaseFile.stored_at) == 31,
    extract("hour", CaseFile.stored_at) >= 17,
)
STORED_YEAR = extract("year", CaseFile.stored_at) + case((BEGUN_IN_VIETNAM, 1), else_=0)
LAST_YEAR = case(
    (CaseFile.regime == Regime.R1, extract("year", CaseFile.end_date) + YEARS[Regime.R1]),
    else_=STORED_YEAR + YEARS[Regime.R2],
)
SORTS: dict[str, Any] = {
    "deadline": LAST_YEAR,
    "end-date": CaseFile.end_date,
    "title": CaseFile.title,
    "code": CaseFile.code,
    "documents": CaseFile.total_docs,
}
"""What the list may be sorted by."""


@dataclass(frozen=True)
class Waiting:
    """A permanent case file that is still here.

    Attributes:
        last_day: the last day for handing it over.
        held: a hold is on it; it may not go now.
        ordered_in: id of an open hand-over that names it, or "".
    """

    case_file_id: str
    code: str
    title: str
    agency_code: str
    access: str
    end_date: date
    total_docs: int
    last_day: date
    held: bool
    ordered_in: str


def last_day(regime: str, *, end_date: date, stored_at: datetime) -> date:
    """Return the last day for handing over a permanent case file; see the module for the law."""
    start = end_date.year if regime == Regime.R1 else local(stored_at).year
    return date(start + YEARS[Regime(regime)], 12, 31)


def _conditions(viewer: Viewer, agency: str | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        CaseFile.state == CaseFileState.STORED,
        CaseFile.permanent.is_(True),
        Agency.submits_to_historical.is_(True),
    ]
    held = viewer.agencies_with(SEES_WAITING)
    if agency is not None:
        held = frozenset({agency}) if held & {agency, ALL_AGENCIES} else frozenset()
        conditions.append(CaseFile.agency_code.in_(held))
    elif ALL_AGENCIES not in held:
        conditions.append(CaseFile.agency_code.in_(held))
    return conditions


def waiting(
    session: Session,
    *,
    viewer: Viewer,
    today: date,
    agency: str | None = None,
    limit: int = 100,
    offset: int = 0,
    sort: str = "deadline",
) -> list[Waiting]:
    """Return the permanent case files that are still here, those that have to go first at the top, in one query.

    A viewer sees the agencies where they are archivist or head; agencies that hand nothing over are left out.

    Args:
        session: on the register.
        viewer: who asks.
        today: tells which holds are in force.
        agency: only this one.
        limit: rows at most.
        offset: rows to pass over.
        sort: one of `SORTS`, with "-" before it the other way round; anything else is the last day.
    """
    named = (
        select(func.min(Order.id))
        .join(OrderItem, OrderItem.order_id == Order.id)
        .where(
            Order.kind == OrderKind.TRANSFER,
            Order.state.in_(ORDERS_OPEN),
            OrderItem.case_file_id == CaseFile.id,
            OrderItem.outcome.notin_(ENDED),
        )
        .correlate(CaseFile)
        .scalar_subquery()
    )
    by = SORTS.get(sort.removeprefix("-"), LAST_YEAR)
    rows = session.execute(
        select(CaseFile, held(today), func.coalesce(named, ""))
        .join(Agency, Agency.code == CaseFile.agency_code)
        .where(*_conditions(viewer, agency))
        .order_by(by.desc() if sort.startswith("-") else by, CaseFile.agency_code, CaseFile.code)
        .limit(limit)
        .offset(offset)
    )
    return [
        Waiting(
            case_file_id=row.id,
            code=row.code,
            title=row.title,
            agency_code=row.agency_code,
            access=row.access,
            end_date=row.end_date,
            total_docs=row.total_docs,
            last_day=last_day(row.regime, end_date=row.end_date, stored_at=row.stored_at),
            held=bool(is_held),
            ordered_in=str(ordered_in),
        )
        for row, is_held, ordered_in in rows
    ]


def count_waiting(session: Session, *, viewer: Viewer, agency: str | None = None) -> dict[str, int]:
    """Return how many permanent case files are still here, by agency code; agencies with none are left out."""
    rows = session.execute(
        select(CaseFile.agency_code, func.count())
        .join(Agency, Agency.code == CaseFile.agency_code)
        .where(*_conditions(viewer, agency))
        .group_by(CaseFile.agency_code)
        .order_by(CaseFile.agency_code)
    )
    return {row[0]: row[1] for row in rows}


def handovers(
    session: Session, *, viewer: Viewer, only: tuple[OrderState, ...] = (), limit: int = 100
) -> list[Order]:
    """Return the hand-overs a viewer may see, newest first.

    Args:
        session: on the register.
        viewer: archivist, head, historical archivist or auditor of their agencies.
        only: states; none for all.
        limit: orders at most.
    """
    seen = seen_at(viewer, Order.agency_code, SEES_HANDOVERS)
    query = select(Order).where(Order.kind == OrderKind.TRANSFER, seen)
    if only:
        query = query.where(Order.state.in_(only))
    return list(session.scalars(query.order_by(Order.created_at.desc(), Order.id).limit(limit)))
