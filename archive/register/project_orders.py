"""Ledger events about orders, holds and receipts, as register rows.

DECISION, object (order, id), payload some of {"order": {...}}, {"approval": {"actor", "role"}}, {"state"}, {"step"};
steps are those of a disposal list (`archive.register.project_disposal`).
HOLD, object (case-file, id), (agency, code) or (fonds, code), payload {"hold_id", "order_id", "reason", "until"?};
object (order, id), payload {"order_id", "reason", "until"?, "case_files": [id]}: one hold each, its id made of both.
LIFT_HOLD, same objects, payload {"hold_id"?, "order_id"?}: without a hold_id every hold still active on that case
file is lifted; of an order, every one it placed.
ERASE, object (case-file, id), payload {"order_id", "holder", "what", "how", "gone", "expires_on"?}.
"""

from __future__ import annotations

from datetime import date
from typing import Any, cast
from uuid import UUID, uuid5

from sqlalchemy import Table, bindparam, insert, literal, select, update
from sqlalchemy.orm import Session

from archive.grounds import twins_of
from archive.ledger.event import Event
from archive.register import project_disposal
from archive.register.among import among
from archive.register.decisions import Approval, Hold, Order, OrderItem, OrderState, Receipt
from archive.register.given import columns_of
from archive.register.seen import forget_seen

NAMED_BY = {"case-file": "case_file_id", "agency": "agency_code", "fonds": "fonds_code"}
"""Kind of the object of a HOLD -> the column of `hold` that names it."""
STATES_ENDED = frozenset({OrderState.DONE, OrderState.REFUSED})


def decided(session: Session, event: Event) -> None:
    """Write that an order was proposed, approved by somebody, or moved to another state."""
    if "order" in event.payload:
        _proposed(session, event)
        if "procedure" in event.payload["order"]["payload"]:
            project_disposal.listed(session, event)
    order = session.get(Order, event.object_id)
    if order is None:
        return
    if "approval" in event.payload:
        _approved(session, event, order)
    if "step" in event.payload:
        project_disposal.stepped(session, event, order)
    if "state" in event.payload:
        order.state = event.payload["state"]
        order.executed_at = event.at if order.state in STATES_ENDED else order.executed_at


def _approved(session: Session, event: Event, order: Order) -> None:
    told = event.payload["approval"]
    row = session.get(Approval, (order.id, told["actor"]))
    if row is None:
        row = Approval(order_id=order.id, actor=told["actor"])
        session.add(row)
    row.role, row.at = told["role"], event.at  # a council that looks again at a returned list says yes again
    session.flush()
    session.expire(order, ["approvals"])


def _proposed(session: Session, event: Event) -> None:
    told = event.payload["order"]
    order = Order(
        id=event.object_id,
        kind=told["kind"],
        state=OrderState.PROPOSED,
        proposed_by=told["proposed_by"],
        agency_code=told["agency_code"],
        reason=told["reason"],
        document_number=told["document_number"],
        document_date=date.fromisoformat(told["document_date"]),
        document_sha256=told["document_sha256"],
        list_sha256=told["list_sha256"],
        created_at=event.at,
        payload=told["payload"],
    )
    session.add(order)
    session.flush()
    twins = twins_of(told["payload"].get("items", {}))
    for case_file_id, package_sha256 in told["items"]:
        twin = twins.get(case_file_id)
        session.add(
            OrderItem(
                order_id=order.id,
                case_file_id=case_file_id,
                package_sha256=package_sha256,
                same_as=twin.case_file_id if twin else "",
            )
        )
    session.flush()
    session.expire(order, ["items", "approvals"])


def held(session: Session, event: Event) -> None:
    """HOLD: a stop on disposal (lệnh giữ)."""
    told = event.payload
    common: dict[str, Any] = {
        "case_file_id": "",
        "agency_code": "",
        "fonds_code": "",
        "order_id": told["order_id"],
        "reason": told["reason"],
        "placed_by": told.get("placed_by", event.actor),
        "placed_at": event.at,
        "until": date.fromisoformat(told["until"]) if told.get("until") else None,
        "lifted_by": "",
    }
    if event.object_kind == "order":
        _hold_each(session, UUID(event.object_id), told["case_files"], common)
        return
    session.add(Hold(**common | {"id": told["hold_id"], NAMED_BY[event.object_kind]: event.object_id}))


def _hold_each(session: Session, order: UUID, case_file_ids: list[str], common: dict[str, Any]) -> None:
    """Write a hold of an order on each of these case files: there may be very many, so straight into the table."""
    table = cast(Table, Hold.__table__)
    pairs = sorted((str(uuid5(order, id)), id) for id in case_file_ids)  # in the order of the index
    # One statement: with one for each row either database is several times as slow.
    each = columns_of(session, *zip(*pairs, strict=True))
    same = {name: value for name, value in common.items() if name != "case_file_id"}
    values = (literal(value, table.c[name].type) for name, value in same.items())
    session.execute(insert(table).from_select(["id", "case_file_id", *same], select(*each, *values)))


def lifted(session: Session, event: Event) -> None:
    """LIFT_HOLD: the stop ends; the hold's row stays as history."""
    name = "order_id" if event.object_kind == "order" else NAMED_BY[event.object_kind]
    which = [getattr(Hold, name) == event.object_id, Hold.lifted_at.is_(None)]
    if event.payload.get("hold_id"):
        which.append(Hold.id == event.payload["hold_id"])
    by = event.payload.get("lifted_by", event.actor)
    session.execute(update(Hold).where(*which).values(lifted_at=event.at, lifted_by=by))


def erased(session: Session, *events: Event) -> None:
    """ERASE: one holder's receipt; a later one of the same holder (backups: "expired") replaces it.

    Of many events each is about another case file.
    """
    session.flush()
    wanted = {key: {event.payload[key] for event in events} for key in ("order_id", "holder")}
    query = select(Receipt.order_id, Receipt.case_file_id, Receipt.holder).where(
        among(Receipt.case_file_id, {event.object_id for event in events}),
        Receipt.order_id.in_(wanted["order_id"]),
        Receipt.holder.in_(wanted["holder"]),
    )
    known = {tuple(row) for row in session.execute(query)}
    told = {
        (event.payload["order_id"], event.object_id, event.payload["holder"]): _receipt(event)
        for event in events
    }
    receipts = cast(Table, Receipt.__table__)
    names = ("order_id", "case_file_id", "holder")
    if new := [dict(zip(names, key, strict=True)) | told[key] for key in told.keys() - known]:
        session.connection().execute(insert(receipts), new)
    if again := [dict(zip(("_0", "_1", "_2"), key, strict=True)) | told[key] for key in told.keys() & known]:
        its = (receipts.c[name] == bindparam(f"_{n}") for n, name in enumerate(names))
        session.connection().execute(update(receipts).where(*its), again)
        forget_seen(session, Receipt, known)


def _receipt(event: Event) -> dict[str, Any]:
    told = event.payload
    return {
        "what": told["what"],
        "how": told["how"],
        "at": event.at,
        "gone": told["gone"],
        "expires_on": date.fromisoformat(told["expires_on"]) if told.get("expires_on") else None,
    }
