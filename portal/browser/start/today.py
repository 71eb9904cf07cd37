"""What waits for a person today, read from the register as far as this viewer may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from archive.holds import in_force, is_active, standing
from archive.ledger.append import from_row
from archive.ledger.event import Event
from archive.ledger.rows import EventRow
from archive.procedure.deadline import Deadline
from archive.register.decisions import ORDERS_OPEN, Approval, Hold, Order, OrderKind, OrderState
from archive.register.models import CaseFile, CaseFileState, Copy, CopyState, Submission, SubmissionState
from archive.rolling.lost import count_lost
from archive.viewer import ALL_AGENCIES, OWN_AGENCY, Role, Viewer
from exports.reception import unanswered
from exports.settings import ExportsSettings
from exports.waiting import handovers
from ingest import submissions
from ingest.duelists.lists import count_due
from ingest.gathering import settling
from ingest.rescan.found import count_infected
from portal.browser.disposal.to_begin import near_their_end
from portal.browser.start.turns import Waiting, waiting_for
from portal.events import AUDITORS, readable
from retention import eligibility, versions

WORKING = (SubmissionState.RECEIVED, SubmissionState.CHECKING, SubmissionState.ACCEPTED)
SEES_SUBMISSIONS = frozenset({Role.OFFICIAL, Role.CLERK, Role.ARCHIVIST, Role.HEAD})
SHOWN = 6
"""Entries of one card of the page."""
SEES_ORDERS = frozenset({Role.ARCHIVIST, Role.COUNCIL, Role.HEAD})


@dataclass(frozen=True)
class Kept:
    """What the archive holds, as far as the viewer may see; counts only.

    Attributes:
        agencies: agencies that have something in the vault.
        faults: copies that are damaged or missing, over the whole vault.
        lost: things no store has a good copy of, over the whole vault.
        infected: packages in which the last scan found a virus, over the whole vault.
    """

    case_files: int
    documents: int
    pages: int
    agencies: int
    faults: int
    lost: int = 0
    infected: int = 0


@dataclass(frozen=True)
class Today:
    """The start page's facts. A part the viewer has no business with is None or empty.

    Attributes:
        orders: disposal lists that wait for somebody, a handful of them.
        orders_open: how many there are.
    """

    counts: dict[str, int]
    to_decide: Sequence[Submission]
    working: Sequence[Submission]
    orders: Sequence[Order]
    due: int
    held: int
    kept: Kept
    events: Sequence[Event]
    asked: int = 0
    files_late: int = 0
    files_soon: int = 0
    late: int = 0
    handovers: Sequence[Order] = ()
    arrived: int = 0
    questions: int = 0
    schedules: int = 0
    to_begin: Sequence[tuple[Order, Deadline]] = ()
    turns: Sequence[Waiting] = ()
    orders_open: int = 0


def agencies_of(viewer: Viewer, roles: frozenset[Role]) -> frozenset[str] | None:
    """Return the agencies where the viewer has one of the roles; None means all of them."""
    found = viewer.agencies_with(roles)
    return None if ALL_AGENCIES in found else found


def today_for(session: Session, viewer: Viewer, today: date, now: datetime) -> Today:
    """Return what waits for this viewer."""
    counts: dict[str, int] = {}
    late = questions = 0
    to_decide: Sequence[Submission] = ()
    working: list[Submission] = []
    if viewer.agencies_with(SEES_SUBMISSIONS):
        page = submissions.listing(
            session, viewer=viewer, state=SubmissionState.TO_DECIDE, sort="due", now=now, page=1, size=SHOWN
        )
        counts, late, questions = dict(page.counts), page.late, page.asked
        to_decide = page.items
        for state in WORKING:
            if counts.get(state):
                working += submissions.listing(session, viewer=viewer, state=state, page=1, size=4).items
    due = 0
    if viewer.agencies_with(SEES_ORDERS):
        due = sum(eligibility.count_due(session, viewer=viewer, today=today).values())
    files_late, files_soon = count_due(session, viewer=viewer, today=today)
    return Today(
        counts=counts,
        to_decide=to_decide,
        working=working[:SHOWN],
        orders=open_orders(session, viewer),
        due=due,
        held=_held(session, viewer, today),
        kept=_kept(session, viewer),
        events=_events(session, viewer),
        asked=settling.count_open(session, viewer=viewer),
        files_late=files_late,
        files_soon=files_soon,
        late=late,
        handovers=handovers(session, viewer=viewer, only=ORDERS_OPEN),
        arrived=_arrived(viewer),
        questions=questions,
        schedules=versions.waiting_for(session, viewer=viewer),
        to_begin=near_their_end(session, viewer=viewer, today=today),
        turns=waiting_for(session, viewer, today=today, now=now),
        orders_open=session.scalar(select(func.count()).select_from(_open_orders(viewer).subquery())) or 0,
    )


def open_orders(session: Session, viewer: Viewer) -> list[Order]:
    """Return the disposal orders that wait for somebody, those this viewer has not yet approved first."""
    mine = select(Approval.order_id).where(Approval.actor == viewer.name)
    first = _open_orders(viewer).order_by(Order.id.in_(mine), Order.created_at)
    return list(session.scalars(first.limit(SHOWN)))


def _open_orders(viewer: Viewer) -> Select[tuple[Order]]:
    where = agencies_of(viewer, SEES_ORDERS)
    query = select(Order).where(
        Order.kind == OrderKind.DESTRUCTION, Order.state.in_((OrderState.PROPOSED, OrderState.APPROVED))
    )
    return query if where is None else query.where(Order.agency_code.in_(where))


def _arrived(viewer: Viewer) -> int:
    """Return how many packages a historical archivist has to check."""
    if not viewer.agencies_with(frozenset({Role.HISTORICAL})):
        return 0
    return len(unanswered(ExportsSettings.load().inbox))


def _held(session: Session, viewer: Viewer, today: date) -> int:
    """Count from the holds, which are few, not from all that is stored."""
    where = agencies_of(viewer, SEES_ORDERS)
    active = [hold for hold in session.scalars(select(Hold).where(standing())) if is_active(hold, today)]
    under_one = or_(
        CaseFile.agency_code.in_([hold.agency_code for hold in active if hold.agency_code]),
        CaseFile.fonds_code.in_([hold.fonds_code for hold in active if hold.fonds_code]),
    )
    alone = (
        select(func.count(func.distinct(Hold.case_file_id)))
        .join(CaseFile, CaseFile.id == Hold.case_file_id)
        .where(in_force(today), ~under_one)
    )
    together = select(func.count()).where(CaseFile.state == CaseFileState.STORED, under_one)
    queries = [alone, together] if active else [alone]
    if where is not None:
        queries = [query.where(CaseFile.agency_code.in_(where)) for query in queries]
    return sum(session.scalar(query) or 0 for query in queries)


def _kept(session: Session, viewer: Viewer) -> Kept:
    own = agencies_of(viewer, OWN_AGENCY)
    query = select(
        func.count(),
        func.coalesce(func.sum(CaseFile.total_docs), 0),
        func.coalesce(func.sum(CaseFile.total_pages), 0),
        func.count(func.distinct(CaseFile.agency_code)),
    ).where(CaseFile.state == CaseFileState.STORED)
    # Who watches over the whole house sees whole counts, and no title.
    watches = viewer.agencies_with(frozenset({Role.AUDITOR, Role.ADMINISTRATOR}))
    if own is not None and ALL_AGENCIES not in watches:
        # A count tells no content: public files of other agencies count for whoever may read them.
        public = CaseFile.access == "01" if viewer.may_read("", "01") else CaseFile.agency_code.in_(())
        query = query.where(or_(CaseFile.agency_code.in_(own), public))
    files, documents, pages, agencies = session.execute(query).one()
    faults = session.scalar(
        select(func.count()).select_from(Copy).where(Copy.state.in_((CopyState.DAMAGED, CopyState.MISSING)))
    )
    lost = count_lost(session) if faults else 0
    return Kept(files, documents, pages, agencies, faults or 0, lost, count_infected(session))


def _events(session: Session, viewer: Viewer) -> list[Event]:
    """Return the newest events: what they may read for an auditor, one's own acts for everybody else."""
    query = select(EventRow).order_by(EventRow.seq.desc()).limit(8)
    if viewer.agencies_with(AUDITORS):
        query = readable(query, viewer)
    else:
        query = query.where(EventRow.actor == viewer.name)
    return [from_row(row) for row in session.scalars(query)]
