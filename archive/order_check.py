"""What speaks against acting on an order, now. Asked again at every moment the vault acts.

Nothing in the order's own row is believed: it is compared with the ledger's events, and every case file
with the register as it is at this moment.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import combinations
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.dossiers import too_early
from archive.grounds import twins_of
from archive.holds import active_holds_on
from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.order_list import list_hash
from archive.procedure.deadline import DAYS_TO_EXECUTE, last_day_to_begin
from archive.procedure.judge import against_acting
from archive.procedure.read import story_of
from archive.procedure.story import Story
from archive.reason import Reason, because
from archive.register.among import among
from archive.register.base import AnyRow
from archive.register.decisions import ITEMS_LEFT, Hold, Order, OrderItem, OrderKind, OrderState
from archive.register.models import Agency, CaseFile, CaseFileState, Package
from archive.seen_in_stores import Sizes
from archive.twins import against_duplicates
from archive.vietnam import day_of
from archive.viewer import Role, same_person

NEEDED: Mapping[OrderKind, tuple[frozenset[Role], ...]] = {
    OrderKind.ACCEPTANCE: (),
    OrderKind.HOLD: (),
    OrderKind.LIFT_HOLD: (frozenset({Role.ARCHIVIST, Role.HEAD}),),
    OrderKind.DESTRUCTION: (frozenset({Role.COUNCIL}), frozenset({Role.HEAD})),
    OrderKind.TRANSFER: (frozenset({Role.HEAD}),),
    OrderKind.ACCESS: (frozenset({Role.HEAD}),),
}
"""For each kind the approvals it needs; each entry is met by a different person with one of the roles."""

STATES_TO_ACT_ON = frozenset({OrderState.APPROVED, OrderState.EXECUTING})
KINDS_THAT_DISPOSE = frozenset({OrderKind.DESTRUCTION, OrderKind.TRANSFER})

AT_ONCE = 500
"""Case files one query asks about at most."""

ASKED_OF = (
    CaseFile.id,
    CaseFile.code,
    CaseFile.state,
    CaseFile.gone_order_id,
    CaseFile.agency_code,
    CaseFile.fonds_code,
    CaseFile.kind,
    CaseFile.end_date,
    CaseFile.regime,
    CaseFile.permanent,
    CaseFile.eligible_from,
)
"""What is asked of each case file; its description and the steps that led to its dates are long."""


def missing_approvals(order: Order) -> tuple[tuple[str, ...], ...]:
    """Return the approvals still missing; for each the roles of which one may give it."""
    left = list(order.approvals)
    missing: list[tuple[str, ...]] = []
    for roles in NEEDED[OrderKind(order.kind)]:
        found = next((approval for approval in left if approval.role in roles), None)
        if found is None:
            missing.append(tuple(sorted(role.value for role in roles)))
        else:
            left.remove(found)
    return tuple(missing)


def reasons_against(session: Session, order: Order, *, now: datetime) -> tuple[Reason, ...]:
    """Return every reason not to act on this order at this moment; an empty tuple means it may be done.

    Case files that this very order already disposed of are passed over, so that a killed execution can go on.
    """
    against = reasons_against_order(session, order, now=now)
    ids = [item.case_file_id for item in on_list(order)]
    each = reasons_against_items(session, order, ids, now=now)
    return against + tuple(reason for id in ids for reason in each[id])


def on_list(order: Order) -> list[OrderItem]:
    """Return the items that are on the order's list still: neither taken out nor kept by the council."""
    return [item for item in order.items if item.outcome not in ITEMS_LEFT]


def reasons_against_order(session: Session, order: Order, *, now: datetime) -> tuple[Reason, ...]:
    """Return the reasons that lie in the order itself: state, approvals, list hash, dates, ledger."""
    session.flush()
    session.expire(order)
    today = day_of(now)
    story = story_of(session, order.id) if order.kind == OrderKind.DESTRUCTION else None
    return (
        *_against_the_order(order, today),
        *_against_the_ledger(session, order, story),
        *(against_acting(session, order, story) if story else _without_procedure(session, order)),
    )


def reasons_against_item(
    session: Session, order: Order, case_file_id: str, *, now: datetime, begun: bool = False
) -> tuple[Reason, ...]:
    """Return the reasons that lie in one of its case files: gone, held, not due, package changed.

    Args:
        session: an open transaction.
        order: that names the case file.
        case_file_id: of the case file.
        now: aware time.
        begun: the act was begun in time, so that the days to begin it in are not asked for any more.
    """
    return reasons_against_items(session, order, (case_file_id,), now=now, begun=begun)[case_file_id]


def reasons_against_items(
    session: Session,
    order: Order,
    case_file_ids: Sequence[str],
    *,
    now: datetime,
    begun: bool = False,
    seen: Sizes | None = None,
) -> dict[str, tuple[Reason, ...]]:
    """Return `reasons_against_item` for each of many case files, by few queries: id -> reasons, () when none.

    Args:
        session, order, case_file_ids, now, begun: as there.
        seen: what the stores said of those that stay for duplicates, asked before the transaction; else they are asked
            within it.
    """
    today = day_of(now)
    against: dict[str, tuple[Reason, ...]] = {}
    for start in range(0, len(case_file_ids), AT_ONCE):
        some = case_file_ids[start : start + AT_ONCE]
        facts = _seen(session, order, some, today, seen)
        against |= {id: tuple(_against_item(session, order, id, facts, today, begun=begun)) for id in some}
    return against


@dataclass(frozen=True)
class _Seen:
    """What the register says of some case files at this moment, by their ids.

    Attributes:
        twins: what speaks against those that are named as duplicates; the others are to have expired.
    """

    rows: Mapping[str, AnyRow]
    named: Mapping[str, str]
    newest: Mapping[str, str]
    holds: Mapping[str, Sequence[Hold]]
    twins: Mapping[str, Sequence[Reason]]


def _seen(
    session: Session, order: Order, ids: Collection[str], today: date, in_stores: Sizes | None
) -> _Seen:
    # Columns and not objects: they are as the register has them now, whatever the session has seen before.
    rows = {row.id: row for row in session.execute(select(*ASKED_OF).where(among(CaseFile.id, ids)))}
    items = select(OrderItem.case_file_id, OrderItem.package_sha256, OrderItem.same_as).where(
        OrderItem.order_id == order.id, among(OrderItem.case_file_id, ids)
    )
    named = session.execute(items).all()
    return _Seen(
        rows,
        {item.case_file_id: item.package_sha256 for item in named},
        newest_hashes(session, ids),
        active_holds_on(session, list(rows.values()), today) if order.kind in KINDS_THAT_DISPOSE else {},
        against_duplicates(
            session, {item.case_file_id: item.same_as for item in named if item.same_as}, in_stores
        ),
    )


def newest_hashes(session: Session, case_file_ids: Collection[str]) -> dict[str, str]:
    """Return the SHA-256 of the newest package of each of these case files, by their ids; one without has none."""
    query = select(Package.case_file_id, Package.sha256).where(among(Package.case_file_id, case_file_ids))
    return dict(session.execute(query.order_by(Package.version)).all())  # the newest is the last one of each


def _without_procedure(session: Session, order: Order) -> Iterator[Reason]:
    """Yield that a destruction has no procedure: it was made before there was one. What had begun is finished."""
    if order.kind != OrderKind.DESTRUCTION:
        return
    query = select(EventRow).where(EventRow.object_id == order.id, EventRow.verb == Verb.DECISION.value)
    if not any(row.payload.get("state") == OrderState.EXECUTING for row in session.scalars(query)):
        yield because("archive.without-procedure", order=order.id)


def _against_the_order(order: Order, today: date) -> Iterator[Reason]:
    if order.state not in STATES_TO_ACT_ON:
        yield because("archive.order-not-approved", state=order.state)
    for roles in missing_approvals(order):
        yield because("archive.approval-missing", roles=roles)
    for approval in order.approvals:
        if same_person(approval.actor, order.proposed_by):
            yield because("archive.approved-own", actor=approval.actor)
        if approval.actor.startswith("system:"):
            yield because("archive.machine-approved", actor=approval.actor)
    for one, other in combinations(order.approvals, 2):
        if same_person(one.actor, other.actor):
            yield because("archive.one-person", one=one.actor, other=other.actor)
    if list_hash((item.case_file_id, item.package_sha256) for item in on_list(order)) != order.list_sha256:
        yield because("archive.list-changed")
    if order.document_date > today:
        yield because("archive.decision-in-future", day=order.document_date)


def _against_the_ledger(session: Session, order: Order, story: Story | None) -> Iterator[Reason]:
    """The rows must say what the ledger says; a changed row is an attack or an accident, never an order.

    What a procedure moves (the list, and the paper it rests on once that is decided) is asked of its story.
    """
    query = select(EventRow).where(EventRow.object_id == order.id, EventRow.verb == Verb.DECISION.value)
    events = list(session.scalars(query.order_by(EventRow.seq)))
    proposals = [event for event in events if "order" in event.payload]
    if len(proposals) != 1:
        yield because("archive.order-unknown-to-ledger")
        return
    told: Mapping[str, Any] = proposals[0].payload["order"]
    row = {
        "kind": order.kind,
        "proposed_by": order.proposed_by,
        "agency_code": order.agency_code,
        "reason": order.reason,
        "document_number": order.document_number,
        "document_date": order.document_date.isoformat(),
        "document_sha256": order.document_sha256,
        "list_sha256": order.list_sha256,
        "payload": order.payload,
    }
    moved: dict[str, Any] = {}
    items = list(map(tuple, told["items"]))
    if story is not None:
        moved["list_sha256"] = story.list_sha256
        items = list(story.items.items())
        if story.decision is not None:
            paper = story.decision.paper
            moved |= {
                "document_number": paper.number,
                "document_date": paper.day.isoformat(),
                "document_sha256": paper.sha256,
            }
    for key, value in row.items():
        if {**told, **moved}.get(key) != value:
            yield because("archive.order-differs", field=key)
    if sorted(items) != sorted((i.case_file_id, i.package_sha256) for i in on_list(order)):
        yield because("archive.order-differs", field="items")
    twins = {id: twin.case_file_id for id, twin in twins_of(told["payload"].get("items", {})).items()}
    if any(item.same_as != twins.get(item.case_file_id, "") for item in order.items):
        yield because("archive.order-differs", field="same_as")
    given = {
        (event.payload["approval"]["actor"], event.payload["approval"]["role"])
        for event in events
        if "approval" in event.payload and event.payload["approval"]["actor"] == event.actor
    }
    for approval in order.approvals:
        if (approval.actor, approval.role) not in given:
            yield because("archive.approval-unknown-to-ledger", actor=approval.actor)


def _against_item(
    session: Session, order: Order, case_file_id: str, seen: _Seen, today: date, *, begun: bool
) -> Iterator[Reason]:
    row = seen.rows.get(case_file_id)
    if row is None:
        yield because("archive.file-unknown", file=case_file_id)
        return
    if row.state != CaseFileState.STORED:
        if row.gone_order_id != order.id:
            yield because("archive.file-gone", file=row.code, state=row.state)
        return
    if row.agency_code != order.agency_code:
        yield because(
            "archive.file-of-other-agency", file=row.code, its=row.agency_code, agency=order.agency_code
        )
    if case_file_id not in seen.named:
        yield because("archive.list-changed")
    elif seen.newest.get(case_file_id) != seen.named[case_file_id]:
        yield because("archive.package-changed", file=row.code)
    for hold in seen.holds.get(case_file_id, ()):
        yield because("archive.file-held", file=row.code, why=hold.reason)
    if order.kind == OrderKind.DESTRUCTION:
        yield from too_early(row, today)
        if case_file_id in seen.twins:
            yield from seen.twins[case_file_id]
        else:
            yield from _against_destruction(row, today)
        if not begun:
            yield from _too_late(row, order, today)
    if order.kind == OrderKind.TRANSFER:
        yield from against_transfer(session, row)


def _against_destruction(row: AnyRow, today: date) -> Iterator[Reason]:
    if row.permanent is None:
        yield because("archive.period-unknown", file=row.code)
    elif row.permanent:
        yield because("archive.file-permanent", file=row.code)
    elif row.eligible_from is None or row.eligible_from > today:
        yield not_due_before(row.code, row.eligible_from)


def _too_late(row: AnyRow, order: Order, today: date) -> Iterator[Reason]:
    last = last_day_to_begin(row.regime, order.document_date)
    if last is not None and today > last:
        yield because(
            "archive.decision-too-old",
            file=row.code,
            day=order.document_date,
            last=last,
            days=DAYS_TO_EXECUTE,
        )


def not_due_before(code: str, day: date | None) -> Reason:
    """Return the reason that a case file's period is not over before a day; None for a day not known."""
    return because("archive.not-due", file=code, day=day) if day else because("archive.never-due", file=code)


def against_transfer(session: Session, row: CaseFile | AnyRow) -> Iterator[Reason]:
    """Yield why a case file can never go to the Historical Archive, whatever an order says."""
    if row.permanent is None:
        yield because("archive.period-unknown", file=row.code)
    elif not row.permanent:
        yield because("archive.not-permanent", file=row.code)
    agency = session.get(Agency, row.agency_code)
    if agency is None or not agency.submits_to_historical:
        yield because("archive.agency-hands-nothing-over", agency=row.agency_code)
