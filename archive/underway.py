"""What an order is doing to a case file at this moment: asked by whoever could bring back what is being erased."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from archive.register.decisions import (
    ITEM_ERASING,
    ITEMS_LEFT,
    ORDERS_OPEN,
    Order,
    OrderItem,
    OrderKind,
    OrderState,
)


def still_named() -> ColumnElement[bool]:
    """Return the condition, within a query over `Order` and `OrderItem`, that an open order has the item on it still.

    Not what was taken off a list, or kept by its council; it is free while the list goes on.
    """
    return and_(Order.state.in_(ORDERS_OPEN), OrderItem.outcome.not_in(ITEMS_LEFT))


def being_destroyed(session: Session, case_file_id: str, *, begun: bool = False) -> bool:
    """Say whether a destruction that is being carried out has still to end for this case file.

    Not while its order only waits, and not any more once the case file was spared ("held", "refused").

    Args:
        session: on the register.
        case_file_id: of the case file.
        begun: count it only from the moment on at which its holders are asked ("erasing").
    """
    erasing = OrderItem.outcome == ITEM_ERASING
    named = and_(
        OrderItem.outcome == "",
        Order.kind == OrderKind.DESTRUCTION,
        Order.state == OrderState.EXECUTING,
    )
    query = (
        select(OrderItem.order_id)
        .join(Order, Order.id == OrderItem.order_id)
        .where(OrderItem.case_file_id == case_file_id, erasing if begun else or_(erasing, named))
    )
    return session.scalar(query.limit(1)) is not None


def being_erased(session: Session, case_file_ids: Collection[str]) -> set[str]:
    """Return which of these case files have holders that are being asked to erase them at this moment."""
    query = select(OrderItem.case_file_id).where(
        OrderItem.case_file_id.in_(case_file_ids), OrderItem.outcome == ITEM_ERASING
    )
    return set(session.scalars(query))
