"""Where a case file stands in its transfer, and how each move is ledgered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from archive import orders
from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.register.decisions import Order, OrderItem, OrderState
from archive.register.models import Regime
from archive.register.projection import apply

SENT, DONE, REFUSED, WAITING = "sent", "done", "refused", "waiting"
ENDED = frozenset({DONE, REFUSED})
SYSTEM = "system:transfer"
CLAUSES = {
    Regime.R1: "Luật 01/2011/QH13 Điều 21; TT 16/2014/TT-BNV Điều 3",
    # The digest of TT 05/2025 has "to the Historical Archive only maintenance 01" (grade C).
    Regime.R2: "Luật 33/2024/QH15 Điều 17; TT 05/2025/TT-BNV Điều 17",
}


def move(
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
    """Ledger that an item of a transfer order came to an outcome, and write it into the register."""
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


def close(session: Session, order: Order, *, actor: str, role: str, now: datetime) -> None:
    """Mark the order done when every item has ended; refused when none went."""
    session.flush()
    if all(item.outcome in ENDED for item in order.items):
        went = any(item.outcome == DONE for item in order.items)
        state = OrderState.DONE if went else OrderState.REFUSED
        orders.mark(session, order, state, actor=actor, role=role, now=now)
