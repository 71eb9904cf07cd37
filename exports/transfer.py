"""Hand permanent case files over to the Historical Archive (nộp lưu vào Lưu trữ lịch sử).

    approved order -> send: package into the inbox, item "sent"
                   -> the Historical Archive receives, checks, leaves a receipt with the hash it received
                   -> collect: hash compared, item "done", case file transferred; or "refused", file stays ours

Law 2011 Điều 21 and TT 16/2014 Điều 3 (records to 30/06/2025), Law 2024 Điều 17 and TT 05/2025 Điều 17 (after).
Both archives use the same system's package form, so the AIP goes, not a SIP (Điều 17 as one digest has it).
Nothing of ours is erased: NĐ 01/2013 Điều 7.5 only allows that after the receiver confirmed success.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import orders
from archive.errors import NotAllowedError, OrderRefusedError
from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.order_check import reasons_against_item, reasons_against_order
from archive.register.decisions import Order, OrderItem, OrderKind, OrderState
from archive.register.models import CaseFile, Package, Regime
from archive.register.projection import apply
from archive.stores.interface import Store
from archive.viewer import Role, Viewer
from exports.aip import hand_out
from exports.errors import ReceiptError
from exports.receipt import HandoverReceipt, read_receipt, receipt_path
from exports.reception import receive
from exports.settings import ExportsSettings

__all__ = ["Collected", "Sent", "collect", "receive", "send"]

SENT, DONE, REFUSED, WAITING = "sent", "done", "refused", "waiting"
ENDED = frozenset({DONE, REFUSED})
SYSTEM = "system:transfer"
CLAUSES = {
    Regime.R1: "Law 01/2011/QH13 Điều 21; TT 16/2014/TT-BNV Điều 3",
    # The digest of TT 05/2025 has "to the Historical Archive only maintenance 01" (grade C).
    Regime.R2: "Law 33/2024/QH15 Điều 17; TT 05/2025/TT-BNV Điều 17",
}


@dataclass(frozen=True)
class Sent:
    """How one case file of an order was sent, or why not.

    Attributes:
        outcome: sent or refused.
        file: name of the package in the inbox, "" when refused.
        detail: why it was refused, with the clause.
    """

    case_file_id: str
    code: str
    outcome: str
    file: str = ""
    sha256: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Collected:
    """What the receipt for one case file led to.

    Attributes:
        outcome: done, refused, or waiting (no receipt yet, an unreadable one, or a hold).
        receipt: its number, "" when there is none.
    """

    order_id: str
    case_file_id: str
    code: str
    outcome: str
    receipt: str = ""
    detail: str = ""


def send(
    session: Session,
    order_id: str,
    *,
    viewer: Viewer,
    now: datetime,
    inbox: Path | None = None,
    places: Sequence[Store] | None = None,
) -> list[Sent]:
    """Write the packages of an approved transfer order into the Historical Archive's inbox.

    The vault's check of the order and of every case file is asked again now. A case file with a reason
    against it (not permanent, held, package changed) is refused with the clause, the others go. Calling it
    again goes on where it stopped; what was sent is not sent twice.

    Args:
        session: an open transaction; nothing counts before it commits, and the packages are then there.
        order_id: of an approved transfer.
        viewer: archivist or head of the agency.
        now: aware time.
        inbox: instead of the configured folder.
        places: stores to read from instead of the configured ones.

    Raises:
        NotFoundError: no such order.
        NotAllowedError: the viewer may not carry it out.
        OrderRefusedError: no transfer, not approved, or changed since; nothing was sent.
        NoGoodCopyError: a package has no sound copy.
        TemporaryError: the inbox cannot be written or no store answers; nothing is ledgered.
    """
    order = orders.named(session, order_id, lock=True)
    role = _role(viewer, order.agency_code)
    if order.kind != OrderKind.TRANSFER:
        raise OrderRefusedError((f"order {order.id} is a {order.kind}, not a transfer",))
    reasons = reasons_against_order(session, order, now=now)
    if reasons:
        raise OrderRefusedError(reasons)
    orders.mark(session, order, OrderState.EXECUTING, actor=viewer.name, role=role, now=now)
    folder = ExportsSettings.load().inbox if inbox is None else inbox
    outcomes: list[Sent] = []
    for item in sorted(order.items, key=lambda one: one.case_file_id):
        if item.outcome in ENDED or item.outcome == SENT:
            continue
        outcomes.append(_send_one(session, order, item, folder, viewer.name, role, now, places))
    _close(session, order, actor=viewer.name, role=role, now=now)
    return outcomes


def _role(viewer: Viewer, agency: str) -> str:
    for role in (Role.ARCHIVIST, Role.HEAD):
        if viewer.has(role, agency):
            return role.value
    raise NotAllowedError(f"{viewer.name} is neither archivist nor head at {agency}")


def _send_one(
    session: Session,
    order: Order,
    item: OrderItem,
    inbox: Path,
    actor: str,
    role: str,
    now: datetime,
    places: Sequence[Store] | None,
) -> Sent:
    row = session.get(CaseFile, item.case_file_id)
    code = row.code if row else item.case_file_id
    reasons = reasons_against_item(session, order, item.case_file_id, now=now)
    if reasons or row is None:
        basis = CLAUSES[Regime(row.regime)] if row else ""
        detail = "; ".join(reasons) + (f" ({basis})" if basis else "")
        _transfer(session, item, REFUSED, {"detail": detail}, actor=actor, role=role, basis=basis, now=now)
        return Sent(item.case_file_id, code, REFUSED, detail=detail)
    package = session.scalars(
        select(Package).where(Package.case_file_id == row.id, Package.sha256 == item.package_sha256)
    ).one()
    written = hand_out(session, package, inbox, places=places)
    told: dict[str, Any] = {"file": written.path.name, "sha256": written.sha256, "size": written.size}
    basis = CLAUSES[Regime(row.regime)]
    more = {"detail": json.dumps(told, sort_keys=True)}
    _transfer(session, item, SENT, more, actor=actor, role=role, basis=basis, now=now, after=written.sha256)
    return Sent(row.id, code, SENT, written.path.name, written.sha256)


def collect(session: Session, *, now: datetime, inbox: Path | None = None) -> list[Collected]:
    """Read the receipts for everything sent, and say for each case file what follows.

    A case file counts as transferred only after an accepting receipt with the very hash that was sent. A
    receipt with another hash, or one that does not accept, ends the item as refused: the case file stays
    stored, and a new order is needed. An unreadable receipt or a hold placed meanwhile: it waits.

    Args:
        session: an open transaction.
        now: aware time.
        inbox: instead of the configured folder.
    """
    folder = ExportsSettings.load().inbox if inbox is None else inbox
    query = (
        select(Order)
        .where(Order.kind == OrderKind.TRANSFER, Order.state == OrderState.EXECUTING)
        .order_by(Order.created_at, Order.id)
        .with_for_update()
    )
    results: list[Collected] = []
    for order in session.scalars(query).all():
        for item in sorted(order.items, key=lambda one: one.case_file_id):
            if item.outcome == SENT:
                results.append(_collect_one(session, order, item, folder, now))
        _close(session, order, actor=SYSTEM, role="", now=now)
    return results


def _collect_one(session: Session, order: Order, item: OrderItem, inbox: Path, now: datetime) -> Collected:
    row = session.get_one(CaseFile, item.case_file_id)
    sent = json.loads(item.detail)
    path = receipt_path(inbox / Path(sent["file"]).name)

    def collected(outcome: str, receipt: str = "", detail: str = "") -> Collected:
        return Collected(order.id, row.id, row.code, outcome, receipt, detail)

    if not path.exists():
        return collected(WAITING, detail="no receipt yet")
    try:
        receipt = read_receipt(path)
    except ReceiptError as error:
        return collected(WAITING, detail=str(error))
    held = reasons_against_item(session, order, row.id, now=now)
    if held:
        return collected(WAITING, receipt.number, "; ".join(held))
    against = _against(receipt, sent)
    outcome = REFUSED if against else DONE
    told = {**asdict(receipt), "faults": list(receipt.faults)}
    event = append(
        session,
        Verb.RECEIPT,
        actor=SYSTEM,
        kind="case-file",
        id=row.id,
        payload={
            "order_id": order.id,
            "outcome": "failure" if against else "success",
            "detail": against,
            "receipt": told,
        },
        before=sent["sha256"],
        after=receipt.sha256,
        basis="NĐ 01/2013/NĐ-CP Điều 7.4",
        now=now,
    )
    apply(session, event)
    if against:
        more: dict[str, Any] = {"detail": against, "receipt": told}
    else:
        more = {"detail": json.dumps(sent | {"receipt": receipt.number}, sort_keys=True), "receipt": told}
        more["state"] = "transferred"
    basis = CLAUSES[Regime(row.regime)]
    _transfer(session, item, outcome, more, actor=SYSTEM, role="", basis=basis, now=now, after=sent["sha256"])
    return collected(outcome, receipt.number, against)


def _against(receipt: HandoverReceipt, sent: dict[str, Any]) -> str:
    if receipt.file != sent["file"]:
        return f"the receipt is for {receipt.file}, not for {sent['file']}"
    if receipt.sha256 != sent["sha256"]:
        return f"the receipt's SHA-256 {receipt.sha256} is not that of what was sent, {sent['sha256']}"
    if not receipt.accepted:
        return "the Historical Archive did not accept it: " + ("; ".join(receipt.faults) or "no reason given")
    return ""


def _transfer(
    session: Session,
    item: OrderItem,
    outcome: str,
    more: dict[str, Any],
    *,
    actor: str,
    role: str,
    basis: str,
    now: datetime,
    after: str | None = None,
) -> None:
    event = append(
        session,
        Verb.TRANSFER,
        actor=actor,
        role=role,
        kind="case-file",
        id=item.case_file_id,
        payload={"order_id": item.order_id, "outcome": outcome, **more},
        before=item.package_sha256,
        after=after,
        basis=basis,
        now=now,
    )
    apply(session, event)


def _close(session: Session, order: Order, *, actor: str, role: str, now: datetime) -> None:
    """Mark the order done when every item has ended; refused when none went."""
    session.flush()
    if all(item.outcome in ENDED for item in order.items):
        went = any(item.outcome == DONE for item in order.items)
        state = OrderState.DONE if went else OrderState.REFUSED
        orders.mark(session, order, state, actor=actor, role=role, now=now)
