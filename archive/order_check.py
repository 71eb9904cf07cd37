"""What speaks against acting on an order, now. Asked again at every moment the vault acts.

Nothing in the order's own row is believed: it is compared with the ledger's events, and every case file
with the register as it is at this moment.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import combinations
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.register.decisions import Hold, Order, OrderKind, OrderState
from archive.register.models import Agency, CaseFile, CaseFileState, Package, Regime
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
DAYS_TO_EXECUTE = 15
"""R2: execution at most 15 days after the decision (TT 06/2025; domain notes, workflow section 4)."""


def list_hash(items: Iterable[tuple[str, str]]) -> str:
    """Return the SHA-256 over the sorted lines "case file id, space, package hash, newline"."""
    lines = sorted(f"{case_file_id} {sha256}\n" for case_file_id, sha256 in items)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def missing_approvals(order: Order) -> tuple[str, ...]:
    """Return the roles whose word is still missing, one entry for each approval needed."""
    left = list(order.approvals)
    missing = []
    for roles in NEEDED[OrderKind(order.kind)]:
        found = next((approval for approval in left if approval.role in roles), None)
        if found is None:
            missing.append(" or ".join(sorted(role.value for role in roles)))
        else:
            left.remove(found)
    return tuple(missing)


def reasons_against(session: Session, order: Order, *, now: datetime) -> tuple[str, ...]:
    """Return every reason not to act on this order at this moment; an empty tuple means it may be done.

    Case files that this very order already disposed of are passed over, so that a killed execution can go on.
    """
    return reasons_against_order(session, order, now=now) + tuple(
        reason
        for item in order.items
        for reason in reasons_against_item(session, order, item.case_file_id, now=now)
    )


def reasons_against_order(session: Session, order: Order, *, now: datetime) -> tuple[str, ...]:
    """Return the reasons that lie in the order itself: state, approvals, list hash, dates, ledger."""
    session.flush()
    session.expire(order)
    today = day_of(now)
    return (*_against_the_order(order, today), *_against_the_ledger(session, order))


def reasons_against_item(
    session: Session, order: Order, case_file_id: str, *, now: datetime, begun: bool = False
) -> tuple[str, ...]:
    """Return the reasons that lie in one of its case files: gone, held, not due, package changed.

    Args:
        session: an open transaction.
        order: that names the case file.
        case_file_id: of the case file.
        now: aware time.
        begun: the act was begun in time, so that the days to begin it in are not asked for any more.
    """
    today = day_of(now)
    return tuple(_against_item(session, order, case_file_id, today, begun=begun))


def _against_the_order(order: Order, today: date) -> Iterator[str]:
    if order.state not in STATES_TO_ACT_ON:
        yield f"the order is {order.state}, not approved"
    for roles in missing_approvals(order):
        yield f"the approval of {roles} is missing"
    for approval in order.approvals:
        if same_person(approval.actor, order.proposed_by):
            yield f"{approval.actor} approved what they proposed"
        if approval.actor.startswith("system:"):
            yield f"{approval.actor} is a machine and approves nothing"
    for one, other in combinations(order.approvals, 2):
        if same_person(one.actor, other.actor):
            yield f"{one.actor} and {other.actor} are one person, whose word counts once"
    if list_hash((item.case_file_id, item.package_sha256) for item in order.items) != order.list_sha256:
        yield "the list of case files is not the one that was approved"
    if order.document_date > today:
        yield f"the decision is dated {order.document_date.isoformat()}, in the future"


def _against_the_ledger(session: Session, order: Order) -> Iterator[str]:
    """The rows must say what the ledger says; a changed row is an attack or an accident, never an order."""
    query = select(EventRow).where(EventRow.object_id == order.id, EventRow.verb == Verb.DECISION.value)
    events = list(session.scalars(query.order_by(EventRow.seq)))
    proposals = [event for event in events if "order" in event.payload]
    if len(proposals) != 1:
        yield "the ledger does not know this order"
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
    for key, value in row.items():
        if told.get(key) != value:
            yield f"the order's {key} is not what the ledger says"
    if sorted(map(tuple, told["items"])) != sorted((i.case_file_id, i.package_sha256) for i in order.items):
        yield "the order's list is not what the ledger says"
    given = {
        (event.payload["approval"]["actor"], event.payload["approval"]["role"])
        for event in events
        if "approval" in event.payload and event.payload["approval"]["actor"] == event.actor
    }
    for approval in order.approvals:
        if (approval.actor, approval.role) not in given:
            yield f"the ledger does not know the approval by {approval.actor}"


def _against_item(
    session: Session, order: Order, case_file_id: str, today: date, *, begun: bool
) -> Iterator[str]:
    row = session.get(CaseFile, case_file_id, populate_existing=True)
    if row is None:
        yield f"case file {case_file_id} is not in the register"
        return
    if row.state != CaseFileState.STORED:
        if row.gone_order_id != order.id:
            yield f"case file {row.code} is {row.state} already"
        return
    if row.agency_code != order.agency_code:
        yield f"case file {row.code} is of agency {row.agency_code}, not {order.agency_code}"
    named = next(item.package_sha256 for item in order.items if item.case_file_id == case_file_id)
    newest = session.scalar(
        select(Package.sha256)
        .where(Package.case_file_id == case_file_id)
        .order_by(Package.version.desc())
        .limit(1)
    )
    if newest != named:
        yield f"case file {row.code}: its package is not the one that was approved"
    if order.kind in KINDS_THAT_DISPOSE:
        for hold in session.scalars(select(Hold).where(Hold.case_file_id == case_file_id)):
            if is_active(hold, today):
                yield f"case file {row.code} is held: {hold.reason}"
    if order.kind == OrderKind.DESTRUCTION:
        yield from _against_destruction(row, today)
        if not begun:
            yield from _too_late(row, order, today)
    if order.kind == OrderKind.TRANSFER:
        yield from _against_transfer(session, row)


def is_active(hold: Hold, today: date) -> bool:
    """Say whether a hold stops disposal on that day; its last day (`until`) is still held."""
    return hold.lifted_at is None and (hold.until is None or hold.until >= today)


def _against_destruction(row: CaseFile, today: date) -> Iterator[str]:
    if row.permanent is None:
        yield f"case file {row.code}: its retention period is not known yet"
    elif row.permanent:
        yield f"case file {row.code} is kept permanently"
    elif row.eligible_from is None or row.eligible_from > today:
        since = row.eligible_from.isoformat() if row.eligible_from else "a day not known"
        yield f"case file {row.code}: its retention period is not over before {since}"


def _too_late(row: CaseFile, order: Order, today: date) -> Iterator[str]:
    # Our reading: the limit binds records under the new law (R2); the old law set none.
    last = order.document_date + timedelta(days=DAYS_TO_EXECUTE)
    if row.regime == Regime.R2 and today > last:
        yield (
            f"case file {row.code}: the decision of {order.document_date.isoformat()} had to be carried out "
            f"by {last.isoformat()} ({DAYS_TO_EXECUTE} days)"
        )


def _against_transfer(session: Session, row: CaseFile) -> Iterator[str]:
    if row.permanent is None:
        yield f"case file {row.code}: its retention period is not known yet"
    elif not row.permanent:
        yield f"case file {row.code} is not kept permanently, so it is not handed over"
    agency = session.get(Agency, row.agency_code)
    if agency is None or not agency.submits_to_historical:
        yield f"agency {row.agency_code} does not hand over to the Historical Archive"
