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
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.order_check import reasons_against_item
from archive.reason import Reason, as_json, because
from archive.register.decisions import Order, OrderItem, OrderKind, OrderState
from archive.register.models import CaseFile, Regime
from archive.register.projection import apply
from exports.errors import ReceiptError
from exports.progress import CLAUSES, DONE, REFUSED, SENT, SYSTEM, WAITING, close, move
from exports.receipt import HandoverReceipt, read_receipt, receipt_path
from exports.settings import ExportsSettings


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
    detail: tuple[Reason, ...] = ()


def collect(session: Session, *, now: datetime, inbox: Path | None = None) -> list[Collected]:
    """Read the receipts for everything sent, and say for each case file what follows.

    A case file counts as transferred only after an accepting receipt with the very hash that was sent, for each
    version of its package. A receipt with another hash, or one that does not accept, ends the item as refused: the
    case file stays stored, and a new order is needed. An unreadable receipt or a hold placed meanwhile: it waits.

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
        close(session, order, actor=SYSTEM, role="", now=now)
    return results


def _collect_one(session: Session, order: Order, item: OrderItem, inbox: Path, now: datetime) -> Collected:
    row = session.get_one(CaseFile, item.case_file_id)
    sent = json.loads(item.detail)
    files = [sent, *sent.get("earlier", ())]
    paths = [receipt_path(inbox / Path(one["file"]).name) for one in files]

    def collected(outcome: str, receipt: str = "", detail: tuple[Reason, ...] = ()) -> Collected:
        return Collected(order.id, row.id, row.code, outcome, receipt, detail)

    if not all(path.exists() for path in paths):
        return collected(WAITING, detail=(because("exports.no-receipt-yet"),))
    try:
        receipt, *more_receipts = (read_receipt(path) for path in paths)
    except ReceiptError as error:
        return collected(WAITING, detail=(error.reason,))
    held = reasons_against_item(session, order, row.id, now=now)
    if held:
        return collected(WAITING, receipt.number, held)
    receipts = [receipt, *more_receipts]
    against = tuple(reason for pair in zip(receipts, files, strict=True) for reason in _against(*pair))
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
            "detail": [as_json(reason) for reason in against],
            "receipt": told,
            **(
                {"earlier": [asdict(one) | {"faults": list(one.faults)} for one in more_receipts]}
                if more_receipts
                else {}
            ),
        },
        before=sent["sha256"],
        after=receipt.sha256,
        basis="NĐ 01/2013/NĐ-CP Điều 7.4",
        now=now,
    )
    apply(session, event)
    if against:
        more: dict[str, Any] = {"detail": [as_json(reason) for reason in against], "receipt": told}
    else:
        more = {"detail": json.dumps(sent | {"receipt": receipt.number}, sort_keys=True), "receipt": told}
        more["state"] = "transferred"
    basis = CLAUSES[Regime(row.regime)]
    move(session, item, outcome, more, actor=SYSTEM, role="", basis=basis, now=now, after=sent["sha256"])
    return collected(outcome, receipt.number, against)


def _against(receipt: HandoverReceipt, sent: dict[str, Any]) -> tuple[Reason, ...]:
    if receipt.file != sent["file"]:
        return (because("exports.receipt-for-other", file=receipt.file, sent=sent["file"]),)
    if receipt.sha256 != sent["sha256"]:
        return (because("exports.receipt-other-hash", sha256=receipt.sha256, sent=sent["sha256"]),)
    if not receipt.accepted and not receipt.faults:
        return (because("exports.not-accepted"),)
    if not receipt.accepted:
        places = ", ".join(fault.partition(": ")[0] for fault in receipt.faults)
        return (because("exports.not-accepted-for", places=places, said="; ".join(receipt.faults)),)
    return ()
