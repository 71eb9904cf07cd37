"""Orders: how the office commands the vault (design section 4).

A workflow decides nothing here. An order names its document, the exact case files with their package hashes,
and the people who approved; the vault checks all of that again at the moment it acts (`reasons_against`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.errors import NotAllowedError, NotFoundError, OrderRefusedError
from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.order_check import NEEDED, missing_approvals, newest_hashes
from archive.order_list import list_hash
from archive.reason import Reason, because
from archive.register.among import among
from archive.register.decisions import NUMBER_LONGEST, Order, OrderKind, OrderState
from archive.register.models import CaseFile, CaseFileState, new_id
from archive.register.pieces import pieces
from archive.register.projection import apply
from archive.viewer import Role, Viewer, same_person

MAY_PROPOSE = frozenset({Role.ARCHIVIST, Role.HEAD})
WITHOUT_CASE_FILES = frozenset({OrderKind.ACCEPTANCE, OrderKind.ACCESS})
MOVES: Mapping[OrderState, frozenset[OrderState]] = {
    OrderState.PROPOSED: frozenset({OrderState.APPROVED, OrderState.REFUSED}),
    OrderState.APPROVED: frozenset({OrderState.EXECUTING, OrderState.DONE, OrderState.REFUSED}),
    OrderState.EXECUTING: frozenset({OrderState.DONE, OrderState.REFUSED}),
    OrderState.DONE: frozenset(),
    OrderState.REFUSED: frozenset(),
}


@dataclass(frozen=True)
class NewOrder:
    """What somebody wants ordered.

    Attributes:
        agency_code: whose case files; every one must be of this agency.
        document_number: of the decision it rests on (số, ký hiệu quyết định).
        document_date: of that decision.
        document_sha256: of its file, "" when there is none.
        payload: JSON values the acting part needs. With a "scope" in it an order about holds names no case file
            by itself: it means all that the scope says.
    """

    kind: OrderKind
    agency_code: str
    reason: str
    document_number: str
    document_date: date
    document_sha256: str = ""
    case_file_ids: tuple[str, ...] = ()
    payload: Mapping[str, Any] = field(default_factory=dict)


def propose(session: Session, new: NewOrder, *, viewer: Viewer, now: datetime) -> Order:
    """Write a new order with the package hashes of this moment into ledger and register, and return it.

    An order that needs nobody's approval (hold, acceptance) is approved at once.

    Raises:
        NotAllowedError: the viewer is neither archivist nor head at the agency.
        OrderRefusedError: no reason or document given, its number is too long, a case file is unknown,
            named twice, of another agency, or gone already, or it is a destruction without its procedure
            (`archive.procedure`).
    """
    if not any(viewer.has(role, new.agency_code) for role in MAY_PROPOSE):
        raise NotAllowedError(
            because("archive.roles-missing", who=viewer.name, roles=MAY_PROPOSE, agency=new.agency_code)
        )
    items, reasons = _items(session, new)
    if not new.reason.strip():
        reasons.append(because("archive.no-reason-given"))
    if not new.document_number.strip():
        reasons.append(because("archive.no-document-number"))
    reasons.extend(against_length(new.document_number))
    scoped = new.kind in (OrderKind.HOLD, OrderKind.LIFT_HOLD) and "scope" in new.payload
    if not items and not scoped and new.kind not in WITHOUT_CASE_FILES:
        reasons.append(because("archive.no-file-named"))
    if new.kind == OrderKind.DESTRUCTION and "procedure" not in new.payload:
        reasons.append(because("archive.destruction-past-procedure"))
    if reasons:
        raise OrderRefusedError(reasons)
    event = append(
        session,
        Verb.DECISION,
        actor=viewer.name,
        role=_role_held(viewer, MAY_PROPOSE, new.agency_code),
        kind="order",
        id=new_id(),
        payload={
            "order": {
                "kind": str(new.kind),
                "proposed_by": viewer.name,
                "agency_code": new.agency_code,
                "reason": new.reason,
                "document_number": new.document_number,
                "document_date": new.document_date.isoformat(),
                "document_sha256": new.document_sha256,
                "list_sha256": list_hash(items),
                "items": [list(item) for item in items],
                "payload": dict(new.payload),
            }
        },
        after=list_hash(items),
        basis=f"{new.document_number}, {new.document_date.isoformat()}",
        now=now,
    )
    apply(session, event)
    order = session.get_one(Order, event.object_id)
    if not NEEDED[new.kind]:
        mark(session, order, OrderState.APPROVED, actor=viewer.name, role=event.role, now=now)
    return order


def named(session: Session, order_id: str, *, lock: bool = False, kind: OrderKind | None = None) -> Order:
    """Return the order of that id.

    Args:
        session: on the register.
        order_id: as `propose` returned it.
        lock: keep it from being changed beside us until the transaction ends.
        kind: it must be of; any when left out.

    Raises:
        NotFoundError: there is none.
        OrderRefusedError: it is of another kind.
    """
    order = session.get(Order, order_id, with_for_update=lock)
    if order is None:
        raise NotFoundError(because("archive.no-order", order=order_id))
    if kind is not None and order.kind != kind:
        raise OrderRefusedError(
            (because("archive.other-kind", order=order_id, kind=order.kind, wanted=kind),)
        )
    return order


def approve(session: Session, order_id: str, *, viewer: Viewer, role: Role, now: datetime) -> Order:
    """Write one person's yes and return the order; it becomes approved with the last yes it needs.

    Raises:
        NotFoundError: no such order.
        NotAllowedError: the role is not held at the agency.
        OrderRefusedError: the proposer, a machine, somebody who approved already, a role whose word this
            order does not need, an order that is not waiting for approval, or a destruction: a list goes through its
            procedure, and one made before there was one is only given up.
    """
    order = _locked(session, order_id)
    viewer.require(role, order.agency_code)
    reasons = []
    if "procedure" in order.payload:
        reasons.append(because("archive.past-procedure"))
    elif order.kind == OrderKind.DESTRUCTION:
        reasons.append(because("archive.without-procedure", order=order.id))
    if order.state != OrderState.PROPOSED:
        reasons.append(because("archive.order-waits-for-nobody", state=order.state))
    if same_person(viewer.name, order.proposed_by):
        reasons.append(because("archive.approves-own", who=viewer.name))
    if viewer.name.startswith("system:"):
        reasons.append(because("archive.machine-approves"))
    if any(same_person(approval.actor, viewer.name) for approval in order.approvals):
        reasons.append(because("archive.approved-already", who=viewer.name))
    if not any(role in roles for roles in NEEDED[OrderKind(order.kind)]):
        reasons.append(because("archive.role-not-asked", kind=order.kind, role=role))
    if reasons:
        raise OrderRefusedError(reasons)
    event = append(
        session,
        Verb.DECISION,
        actor=viewer.name,
        role=role.value,
        kind="order",
        id=order.id,
        payload={"approval": {"actor": viewer.name, "role": role.value}},
        after=order.list_sha256,
        now=now,
    )
    apply(session, event)
    if not missing_approvals(order):
        mark(session, order, OrderState.APPROVED, actor=viewer.name, role=role.value, now=now)
    return order


def refuse(
    session: Session,
    order_id: str,
    *,
    kind: OrderKind,
    deciders: Iterable[Role],
    reason: str,
    viewer: Viewer,
    now: datetime,
) -> Order:
    """End an order that has not begun; its case files are free for another. Nothing else changes.

    Args:
        session: an open transaction.
        order_id: of a proposed or approved order.
        kind: which it has to be.
        deciders: roles that may end it, the weightiest first; so may who proposed it, as archivist.
        reason: why.
        viewer: who ends it.
        now: aware time.

    Raises:
        NotFoundError: no such order.
        NotAllowedError: the viewer has no say.
        OrderRefusedError: no reason, another kind, it has begun, or it goes through a procedure.
    """
    order = named(session, order_id, lock=True, kind=kind)
    role = next((one for one in deciders if viewer.has(one, order.agency_code)), Role.ARCHIVIST)
    viewer.require(role, order.agency_code)
    if role is Role.ARCHIVIST and viewer.name != order.proposed_by:
        raise NotAllowedError(because("archive.not-theirs-to-refuse", who=viewer.name))
    reasons = []
    if "procedure" in order.payload:
        reasons.append(because("archive.past-procedure"))
    if order.state not in (OrderState.PROPOSED, OrderState.APPROVED):
        reasons.append(because("archive.too-late-to-refuse", state=order.state))
    if not reason.strip():
        reasons.append(because("archive.no-reason-given"))
    if reasons:
        raise OrderRefusedError(reasons)
    return mark(
        session,
        order,
        OrderState.REFUSED,
        actor=viewer.name,
        role=str(role),
        detail=reason.strip(),
        now=now,
    )


def mark(
    session: Session,
    order: Order,
    state: OrderState,
    *,
    actor: str,
    role: str = "",
    detail: str = "",
    step: Mapping[str, Any] | None = None,
    now: datetime,
) -> Order:
    """Move the order to another state, ledger it, and return it; the state it already has is no move.

    Args:
        session: an open transaction.
        order: to be moved.
        state: where to.
        actor: who does it.
        role: in which role.
        detail: told with it.
        step: of its procedure that it is as well (`archive.procedure`).
        now: aware time.

    Raises:
        OrderRefusedError: that move does not exist (nothing leaves done or refused).
    """
    if order.state == state:
        return order
    if state not in MOVES[OrderState(order.state)]:
        raise OrderRefusedError((because("archive.order-cannot-become", state=order.state, wanted=state),))
    event = append(
        session,
        Verb.DECISION,
        actor=actor,
        role=role,
        kind="order",
        id=order.id,
        payload={"state": str(state), "detail": detail, **({"step": dict(step)} if step else {})},
        after=order.list_sha256,
        now=now,
    )
    apply(session, event)
    return order


def against_length(number: str) -> Iterator[Reason]:
    """Yield that a document's number has more characters than the register keeps: it is never cut. Pure."""
    if len(number) > NUMBER_LONGEST:
        yield because("archive.document-number-too-long", count=len(number), most=NUMBER_LONGEST)


def _items(session: Session, new: NewOrder) -> tuple[list[tuple[str, str]], list[Reason]]:
    items: list[tuple[str, str]] = []
    reasons: list[Reason] = []
    asked = select(CaseFile.id, CaseFile.code, CaseFile.agency_code, CaseFile.state)
    for some in pieces(sorted(set(new.case_file_ids))):
        rows = {row.id: row for row in session.execute(asked.where(among(CaseFile.id, some)))}
        hashes = newest_hashes(session, some)
        for id in some:
            row = rows.get(id)
            if row is None or row.agency_code != new.agency_code:
                reasons.append(because("archive.no-file-of-agency", file=id, agency=new.agency_code))
            elif row.state != CaseFileState.STORED:
                reasons.append(because("archive.file-gone", file=row.code, state=row.state))
            else:
                items.append((id, hashes.get(id, "")))
    if len(set(new.case_file_ids)) != len(new.case_file_ids):
        reasons.append(because("archive.file-named-twice"))
    return items, reasons


def _locked(session: Session, order_id: str) -> Order:
    # Two approvals at once would each see the other missing, and the order would never become approved.
    order = named(session, order_id, lock=True)
    session.expire(order, ["approvals", "items"])
    return order


def _role_held(viewer: Viewer, roles: Iterable[Role], agency_code: str) -> str:
    return next(role.value for role in sorted(roles) if viewer.has(role, agency_code))
