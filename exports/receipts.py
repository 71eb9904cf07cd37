"""The receipts that came back for a hand-over, as the ledger keeps them: proof that outlives the inbox."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.errors import NotFoundError
from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.reason import because
from archive.register.decisions import Order


@dataclass(frozen=True)
class KeptReceipt:
    """A receipt and the ledger's event about it.

    Attributes:
        event: number of the ledger's event.
        sent_sha256: hash of what was sent; the receipt's own must be the same.
        told: the receipt as it was received.
    """

    case_file_id: str
    event: int
    at: datetime
    accepted: bool
    sent_sha256: str
    told: dict[str, Any]

    @property
    def number(self) -> str:
        """Return the receipt's number in the receiving archive."""
        return str(self.told.get("number", ""))


def receipts_of(session: Session, order: Order) -> dict[str, KeptReceipt]:
    """Return the receipts of a hand-over by case file; of several the newest."""
    query = select(EventRow).where(
        EventRow.verb == Verb.RECEIPT.value,
        EventRow.object_kind == "case-file",
        EventRow.object_id.in_([item.case_file_id for item in order.items]),
    )
    return {
        row.object_id: KeptReceipt(
            row.object_id,
            row.seq,
            row.at,
            row.payload.get("outcome") == "success",
            row.before_sha256 or "",
            dict(row.payload.get("receipt", {})),
        )
        for row in session.scalars(query.order_by(EventRow.seq))
        if row.payload.get("order_id") == order.id
    }


def as_file(session: Session, order: Order, case_file_id: str) -> tuple[str, bytes]:
    """Return name and bytes of a receipt to hand out: JSON, with the number of its ledger event.

    Raises:
        NotFoundError: there is none for this case file.
    """
    found = receipts_of(session, order).get(case_file_id)
    if found is None:
        raise NotFoundError(because("exports.no-receipt-of-file"))
    told = {**found.told, "sent_sha256": found.sent_sha256, "ledger_event": found.event}
    name = f"bien-nhan-{found.number or found.event}.json"
    return name, json.dumps(told, ensure_ascii=False, indent=1).encode()
