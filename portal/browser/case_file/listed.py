"""The disposal lists that name a case file: the one it is on now, and those it was on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from archive.list_names import names_of
from archive.procedure.states import STATES_END, State
from archive.register.decisions import ITEMS_LEFT, ORDERS_OPEN, Order, OrderItem, OrderKind
from archive.register.disposal import DisposalList
from portal.browser.disposal.outcomes import outcome
from portal.disposal_lists import state_tone, state_words
from portal.i18n import _

MOST = 20
_DECIDED = frozenset({State.DECIDED, State.HANDED_OVER, State.DESTROYED, State.CLOSED})


@dataclass(frozen=True)
class OnList:
    """A list that names the case file.

    Attributes:
        order_id: below `tieu-huy` in the address.
        name: what the list is called.
        state: of the list, a message.
        outcome: of the case file on it, "" while nothing came of it.
        detail: why, as the register keeps it.
        on_it: the list is under way, and the case file is on it.
        decided: its destruction was decided.
    """

    order_id: str
    name: str
    made_at: datetime
    state: Any
    tone: str
    outcome: str
    detail: str
    on_it: bool
    decided: bool


def lists_of(session: Session, case_file_id: str) -> list[OnList]:
    """Return the lists that name a case file, the newest first."""
    query = (
        select(Order, OrderItem, DisposalList)
        .join(OrderItem, OrderItem.order_id == Order.id)
        .outerjoin(DisposalList, DisposalList.order_id == Order.id)
        .where(OrderItem.case_file_id == case_file_id, Order.kind == OrderKind.DESTRUCTION)
        .order_by(Order.created_at.desc(), Order.id)
        .limit(MOST)
        .options(defer(Order.payload))  # it explains every case file of the list
    )
    rows = session.execute(query).all()
    names = names_of(session, [order.id for order, _item, _row in rows])
    return [
        OnList(
            order.id,
            names.get(order.id) or order.document_number,
            order.created_at,
            state_words(order, row),
            state_tone(order, row),
            item.outcome,
            item.detail,
            on_it=_under_way(order, row) and item.outcome not in ITEMS_LEFT,
            decided=row is not None and row.state in _DECIDED,
        )
        for order, item, row in rows
    ]


def period_over(lists: list[OnList]) -> Any:
    """Return what is said of a case file that is kept past its last day, as a message."""
    now = next((one for one in lists if one.on_it), None)
    if now is None:
        return _("The period is over; it is on no disposal list")
    if now.decided:
        return _("The period is over; its destruction is decided")
    return _("The period is over; it is on a disposal list, not decided yet")


class Listed:
    """The lists as the page of a case file shows them, to those whose business they are.

    Attributes:
        lists: the newest first; none for anybody else.
    """

    def __init__(self, screen: Any, sees: bool) -> None:
        self.screen, self.sees = screen, sees
        self.lists = lists_of(screen.session, screen.file.id) if sees else []

    def period_over(self) -> str:
        """Return what is said of a case file past its last day."""
        return str(self.screen.t(period_over(self.lists) if self.sees else _("The period is over")))

    def outcome(self, one: OnList) -> str:
        """Return what came of the case file on a list and why, "" while nothing did."""
        if not one.outcome:
            return ""
        said = self.screen.detail(one.detail) if one.detail else ""
        return ": ".join(part for part in (outcome(one.outcome, self.screen.t)["label"], said) if part)


def _under_way(order: Order, row: DisposalList | None) -> bool:
    return row.state not in STATES_END if row is not None else order.state in ORDERS_OPEN
