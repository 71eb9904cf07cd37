"""Lists made before there was a procedure: two approvals and no more. They stay readable; an open one is given up.

None is made any more, none is approved, and the vault carries none out that had not begun (`archive.order_check`).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from archive import orders
from archive.register.decisions import Order, OrderKind
from archive.viewer import Role, Viewer


def is_old(order: Order) -> bool:
    """Say whether a destruction was ordered before there was a procedure."""
    return order.kind == OrderKind.DESTRUCTION and "procedure" not in order.payload


def give_up(session: Session, order_id: str, *, reason: str, viewer: Viewer, now: datetime) -> Order:
    """End such a list, which has not begun; its case files are free for another. Nothing else changes.

    Args:
        session: an open transaction.
        order_id: of a proposed or approved destruction.
        reason: why.
        viewer: who proposed it, or a council member or the head of the agency.
        now: aware time.

    Raises:
        NotFoundError: no such order.
        NotAllowedError: the viewer has no say.
        OrderRefusedError: no reason, no destruction, it has begun, or it goes through a procedure.
    """
    return orders.refuse(
        session,
        order_id,
        kind=OrderKind.DESTRUCTION,
        deciders=(Role.HEAD, Role.COUNCIL),
        reason=reason,
        viewer=viewer,
        now=now,
    )
