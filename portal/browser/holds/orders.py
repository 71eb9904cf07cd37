"""The orders that hold many case files, as the list of holds shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.register.decisions import Hold, Order, OrderKind, OrderState
from archive.seen_at import seen_at
from archive.viewer import Viewer
from portal.events import SEES


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


def wide_orders(session: Session, viewer: Viewer) -> list[WideOrder]:
    """Return the orders on many case files that a viewer sees, those in force first, the newest first."""
    query = select(Order).where(
        Order.kind == OrderKind.HOLD,
        Order.state == OrderState.DONE,
        seen_at(viewer, Order.agency_code, SEES),
    )
    orders = [
        order
        for order in session.scalars(query.order_by(Order.created_at.desc()))
        if "scope" in order.payload
    ]
    ids = [order.id for order in orders]
    left = select(Hold.order_id, func.count()).where(Hold.order_id.in_(ids), Hold.lifted_at.is_(None))
    in_force = dict(session.execute(left.group_by(Hold.order_id)).all())
    lifted = select(Hold.order_id, func.max(Hold.lifted_by)).where(Hold.order_id.in_(ids))
    lifted_by = dict(session.execute(lifted.group_by(Hold.order_id)).all())
    found = [
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
    return sorted(found, key=lambda one: not one.in_force)
