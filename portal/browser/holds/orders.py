"""The orders that hold many case files, as the list of holds shows them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from archive.register.among import among
from archive.register.decisions import Hold, Order, OrderKind, OrderState
from archive.seen_at import seen_at
from archive.viewer import Viewer
from portal.events import SEES

SIZE = 25
"""Orders on one page."""


@dataclass(frozen=True)
class WideOrder:
    """A hold on all of an agency or a fonds, or on what a search found.

    Attributes:
        agency: its code, "" when it is no hold on an agency; so with `fonds`.
        words: of the search.
        in_force: holds of it in force: one for an agency or a fonds, one for each case file found.
    """

    order: Order
    agency: str
    fonds: str
    words: str
    in_force: int
    lifted_by: str

    @property
    def until(self) -> date | None:
        """Return its last day, None when there is none."""
        said = self.order.payload.get("until")
        return date.fromisoformat(said) if said else None


def lifts(order: Order) -> str:
    """Return what an order to lift is about: the id of an order on many case files, or of a hold."""
    return str(order.payload.get("scope", {}).get("order") or order.payload.get("hold_id"))


def lifting_of(session: Session, ids: Collection[str]) -> dict[str, Order]:
    """Return the orders that lifted these holds and orders on many case files, by what they lifted."""
    held, many = Order.payload["hold_id"].as_string(), Order.payload["scope"]["order"].as_string()
    query = select(Order).where(Order.kind == OrderKind.LIFT_HOLD, Order.state == OrderState.DONE)
    found = session.scalars(query.where(or_(among(held, ids), among(many, ids))))
    return {lifts(order): order for order in found}


def is_wide() -> ColumnElement[bool]:
    """Return the condition on `Order` that it holds many case files."""
    return and_(
        Order.kind == OrderKind.HOLD,
        Order.state == OrderState.DONE,
        Order.payload["scope"].as_string().is_not(None),
    )


def count_wide(session: Session, viewer: Viewer) -> int:
    """Return how many orders on many case files a viewer sees."""
    return session.scalar(select(func.count()).where(is_wide(), _seen(viewer))) or 0


def wide_orders(
    session: Session, viewer: Viewer, *, page: int = 1, first: Collection[str] = ()
) -> list[WideOrder]:
    """Return a page of the orders on many case files that a viewer sees, those in force first, the newest first.

    Args:
        session: on the register.
        viewer: who looks.
        page: from 1.
        first: ids of orders that come before all others: those somebody asked to lift.
    """
    open_ = exists().where(Hold.order_id == Order.id, Hold.lifted_at.is_(None))
    query = (
        select(Order)
        .where(is_wide(), _seen(viewer))
        .order_by(Order.id.in_(list(first)).desc(), open_.desc(), Order.created_at.desc(), Order.id)
    )
    orders = list(session.scalars(query.limit(SIZE).offset((page - 1) * SIZE)))
    ids = [order.id for order in orders]
    left = select(Hold.order_id, func.count()).where(Hold.order_id.in_(ids), Hold.lifted_at.is_(None))
    in_force = dict(session.execute(left.group_by(Hold.order_id)).all())
    lifted = select(Hold.order_id, func.max(Hold.lifted_by)).where(Hold.order_id.in_(ids))
    lifted_by = dict(session.execute(lifted.group_by(Hold.order_id)).all())
    return [
        WideOrder(
            order,
            scope.get("agency", ""),
            scope.get("fonds", ""),
            str(scope.get("found", {}).get("words", "")),
            in_force.get(order.id, 0),
            lifted_by.get(order.id, ""),
        )
        for order in orders
        for scope in (order.payload["scope"],)
    ]


def _seen(viewer: Viewer) -> ColumnElement[bool]:
    return seen_at(viewer, Order.agency_code, SEES)
