"""From what waits to a decision: propose a hand-over, say yes to it, or end it.

The vault's orders (`archive.orders`) hold the approvals; this module says which case files may be on the list at all. A
case file is named by one open hand-over at a time, so that it cannot go twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import orders
from archive.errors import OrderRefusedError
from archive.holds import active_holds
from archive.order_check import against_transfer
from archive.orders import NewOrder
from archive.reason import Reason, because
from archive.register.decisions import ORDERS_OPEN, Order, OrderItem, OrderKind
from archive.register.models import CaseFile, CaseFileState
from archive.vietnam import day_of
from archive.viewer import Role, Viewer
from exports.progress import ENDED, SENT


@dataclass(frozen=True)
class NewHandover:
    """What an archivist proposes.

    Attributes:
        agency_code: whose case files; one hand-over, one agency.
        document_number: of the plan or decision it rests on.
        document_date: of that document.
    """

    agency_code: str
    case_file_ids: Sequence[str]
    reason: str
    document_number: str
    document_date: date


def propose(session: Session, new: NewHandover, *, viewer: Viewer, now: datetime) -> Order:
    """Propose that permanent case files are handed over, and return the order, its list frozen by hash.

    Raises:
        NotAllowedError: the viewer is no archivist there.
        OrderRefusedError: with a reason for every case file that may not go; nothing was written.
    """
    viewer.require(Role.ARCHIVIST, new.agency_code)
    reasons: list[Reason] = []
    for case_file_id in dict.fromkeys(new.case_file_ids):
        file = session.get(CaseFile, case_file_id)
        if file is None:
            reasons.append(because("archive.file-unknown", file=case_file_id))
        else:
            reasons.extend(_against(session, file, new.agency_code, day_of(now)))
    if reasons:
        raise OrderRefusedError(reasons)
    return orders.propose(
        session,
        NewOrder(
            kind=OrderKind.TRANSFER,
            agency_code=new.agency_code,
            reason=new.reason,
            document_number=new.document_number,
            document_date=new.document_date,
            case_file_ids=tuple(new.case_file_ids),
        ),
        viewer=viewer,
        now=now,
    )


def approve(session: Session, order_id: str, *, viewer: Viewer, now: datetime) -> Order:
    """Say the head's yes to a hand-over, which must come from somebody else than who proposed it.

    Raises:
        NotFoundError: no such order.
        NotAllowedError: the viewer is not the head there.
        OrderRefusedError: no hand-over, the proposer, or it waits for nobody.
    """
    orders.named(session, order_id, kind=OrderKind.TRANSFER)
    return orders.approve(session, order_id, viewer=viewer, role=Role.HEAD, now=now)


def refuse(session: Session, order_id: str, *, reason: str, viewer: Viewer, now: datetime) -> Order:
    """End a hand-over of which nothing was sent; its case files are free for another.

    Raises:
        NotFoundError: no such order.
        NotAllowedError: the viewer neither is the head nor proposed it.
        OrderRefusedError: no reason, no hand-over, or it has begun.
    """
    return orders.refuse(
        session,
        order_id,
        kind=OrderKind.TRANSFER,
        deciders=(Role.HEAD,),
        reason=reason,
        viewer=viewer,
        now=now,
    )


def sent_elsewhere(session: Session, case_file_id: str, order_id: str) -> Reason | None:
    """Return why a case file is not sent by this order: another one has sent it and waits for its receipt."""
    found = session.execute(
        select(Order.document_number, CaseFile.code)
        .join(OrderItem, OrderItem.order_id == Order.id)
        .join(CaseFile, CaseFile.id == OrderItem.case_file_id)
        .where(
            Order.kind == OrderKind.TRANSFER,
            Order.id != order_id,
            OrderItem.case_file_id == case_file_id,
            OrderItem.outcome == SENT,
        )
        .limit(1)
    ).first()
    return because("exports.sent-already", file=found[1], document=found[0]) if found else None


def _against(session: Session, file: CaseFile, agency_code: str, today: date) -> Iterator[Reason]:
    if file.agency_code != agency_code:
        yield because(
            "archive.file-of-other-agency", file=file.code, its=file.agency_code, agency=agency_code
        )
    if file.state != CaseFileState.STORED:
        yield because("archive.file-gone", file=file.code, state=file.state)
    yield from against_transfer(session, file)
    for hold in active_holds(session, file, today):
        yield because("archive.file-held", file=file.code, why=hold.reason)
    named = session.scalar(
        select(Order.document_number)
        .join(OrderItem, OrderItem.order_id == Order.id)
        .where(
            Order.kind == OrderKind.TRANSFER,
            Order.state.in_(ORDERS_OPEN),
            OrderItem.case_file_id == file.id,
            OrderItem.outcome.notin_(ENDED),
        )
        .limit(1)
    )
    if named:
        yield because("exports.ordered-already", file=file.code, document=named)
