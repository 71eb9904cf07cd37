"""Holds (lệnh giữ): stop the disposal of a case file, at any moment, until two people end the stop.

Placing needs one archivist and takes effect with the transaction that writes it, also while a destruction
runs: `retention.erasure` looks for holds again before every holder it asks. Only a case file whose very
last copy is being erased in that moment is past saving; the hold is written all the same and says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import orders
from archive.errors import NotFoundError, OrderRefusedError
from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.order_check import reasons_against
from archive.orders import NewOrder
from archive.reason import as_text, because
from archive.register.decisions import ITEM_ERASING, Hold, Order, OrderItem, OrderKind, OrderState
from archive.register.models import CaseFile, new_id
from archive.register.pieces import pieces
from archive.register.project_orders import NAMED_BY
from archive.register.projection import apply
from archive.vietnam import day_of
from archive.viewer import Role, Viewer, same_person

ERASING = ITEM_ERASING
"""Outcome of an order's item whose holders are being asked."""
LAST_COPY = as_text([because("retention.last-copy")])
"""Detail of such an item when its last copy is being erased: the point of no return."""


@dataclass(frozen=True)
class Placed:
    """What placing a hold did.

    Attributes:
        order_id: the hold order.
        hold_ids: one per case file, in the order they were named.
        too_late: ids of case files whose last copy was being erased at that moment.
    """

    order_id: str
    hold_ids: tuple[str, ...]
    too_late: tuple[str, ...] = ()


def place(
    session: Session,
    *,
    agency_code: str,
    case_file_ids: Sequence[str],
    reason: str,
    document_number: str,
    document_date: date,
    viewer: Viewer,
    now: datetime,
    until: date | None = None,
    document_sha256: str = "",
) -> Placed:
    """Place a hold on case files of one agency; it stops every disposal from this transaction's commit on.

    Args:
        session: an open transaction.
        agency_code: whose case files.
        case_file_ids: at least one.
        reason: why, in a sentence.
        document_number: of the document that asks for the hold.
        document_date: of that document.
        viewer: an archivist of that agency.
        now: aware time.
        until: last day of the hold; None means until it is lifted.
        document_sha256: of the document's file.

    Raises:
        NotAllowedError: the viewer is no archivist there.
        OrderRefusedError: no reason or document, `until` is past, an unknown case file or one already gone.
    """
    viewer.require(Role.ARCHIVIST, agency_code)
    if until is not None and until < day_of(now):
        raise OrderRefusedError((because("retention.hold-ended", day=until),))
    # The same row lock the destruction takes before each holder: one of the two sees the other's work.
    lock_rows(session, case_file_ids)
    order = orders.propose(
        session,
        NewOrder(
            kind=OrderKind.HOLD,
            agency_code=agency_code,
            reason=reason,
            document_number=document_number,
            document_date=document_date,
            document_sha256=document_sha256,
            case_file_ids=tuple(case_file_ids),
            payload={"until": until.isoformat() if until else None},
        ),
        viewer=viewer,
        now=now,
    )
    hold_ids = []
    for case_file_id in case_file_ids:
        event = append(
            session,
            Verb.HOLD,
            actor=viewer.name,
            role=str(Role.ARCHIVIST),
            kind="case-file",
            id=case_file_id,
            payload={
                "hold_id": new_id(),
                "order_id": order.id,
                "reason": reason,
                "until": until.isoformat() if until else None,
            },
            basis=document_number,
            now=now,
        )
        apply(session, event)
        hold_ids.append(str(event.payload["hold_id"]))
    orders.mark(session, order, OrderState.DONE, actor=viewer.name, role=str(Role.ARCHIVIST), now=now)
    return Placed(order.id, tuple(hold_ids), _too_late(session, case_file_ids))


def lock_rows(session: Session, case_file_ids: Iterable[str]) -> None:
    """Lock the rows of these case files, always in one order, so that two who lock them never wait for each other."""
    for some in pieces(sorted(case_file_ids)):
        session.execute(
            select(CaseFile.id).where(CaseFile.id.in_(some)).order_by(CaseFile.id).with_for_update()
        )


def _too_late(session: Session, case_file_ids: Sequence[str]) -> tuple[str, ...]:
    late = select(OrderItem.case_file_id).where(OrderItem.outcome == ERASING, OrderItem.detail == LAST_COPY)
    return tuple(
        id
        for some in pieces(case_file_ids)
        for id in session.scalars(late.where(OrderItem.case_file_id.in_(some)))
    )


def propose_lift(
    session: Session,
    hold_id: str,
    *,
    reason: str,
    document_number: str,
    document_date: date,
    viewer: Viewer,
    now: datetime,
) -> Order:
    """Ask for one hold to be lifted; nothing is lifted until a second person says yes (`lift`).

    Args:
        session: an open transaction.
        hold_id: of an active hold.
        reason: why it is no longer needed.
        document_number: of the document that says so.
        document_date: of that document.
        viewer: archivist or head of the agency.
        now: aware time.

    Raises:
        NotFoundError: no such hold.
        NotAllowedError: the viewer is neither archivist nor head there.
        OrderRefusedError: it is lifted already, or reason or document are missing.
    """
    hold = _hold(session, hold_id)
    if hold.lifted_at is not None:
        raise OrderRefusedError((because("retention.hold-lifted", who=hold.lifted_by),))
    placing = session.get_one(Order, hold.order_id)
    # What stands for an agency or a fonds names no case file.
    scope = {} if hold.case_file_id else {"scope": placing.payload["scope"]}
    return orders.propose(
        session,
        NewOrder(
            kind=OrderKind.LIFT_HOLD,
            agency_code=placing.agency_code,
            reason=reason,
            document_number=document_number,
            document_date=document_date,
            case_file_ids=(hold.case_file_id,) if hold.case_file_id else (),
            payload={"hold_id": hold.id, **scope},
        ),
        viewer=viewer,
        now=now,
    )


def lift(session: Session, order_id: str, *, viewer: Viewer, role: Role, now: datetime) -> Order:
    """Say the second yes to lifting a hold, or all of an order on many case files, and lift it.

    Args:
        session: an open transaction.
        order_id: as `propose_lift` returned it.
        viewer: neither who proposed the lifting nor who placed the hold.
        role: archivist or head, held at the agency.
        now: aware time.

    Raises:
        NotFoundError: no such order or hold.
        NotAllowedError: the role is not held.
        OrderRefusedError: not a lifting, the same person, or lifted already.
    """
    order = orders.named(session, order_id, kind=OrderKind.LIFT_HOLD)
    scope = order.payload.get("scope", {})
    if "order" in scope:
        placed_by, told = orders.named(session, scope["order"]).proposed_by, {}
        kind, id = "order", str(scope["order"])
    else:
        hold = _hold(session, str(order.payload.get("hold_id", "")))
        if hold.lifted_at is not None:
            raise OrderRefusedError((because("retention.hold-lifted", who=hold.lifted_by),))
        placed_by, told = hold.placed_by, {"hold_id": hold.id}
        kind, id = _object(hold)
    if same_person(placed_by, viewer.name):
        raise OrderRefusedError((because("retention.lifts-own", who=viewer.name),))
    orders.approve(session, order_id, viewer=viewer, role=role, now=now)
    reasons = reasons_against(session, order, now=now)
    if reasons:
        raise OrderRefusedError(reasons)
    event = append(
        session,
        Verb.LIFT_HOLD,
        actor=viewer.name,
        role=str(role),
        kind=kind,
        id=id,
        payload={**told, "order_id": order.id},
        basis=order.document_number,
        now=now,
    )
    apply(session, event)
    return orders.mark(session, order, OrderState.DONE, actor=viewer.name, role=str(role), now=now)


def _hold(session: Session, hold_id: str) -> Hold:
    hold = session.get(Hold, hold_id, with_for_update=True)
    if hold is None:
        raise NotFoundError(because("retention.no-hold", hold=hold_id))
    return hold


def _object(hold: Hold) -> tuple[str, str]:
    """Return kind and id of what a hold names, as its events do."""
    found = next((kind, getattr(hold, name)) for kind, name in NAMED_BY.items() if getattr(hold, name))
    return found[0], str(found[1])
