"""What a disposal list is called and how it stands, in words: the same on every page.

Its name is the number of the letter that submitted it. The order in the register takes over the number of the decision
once there is one, so the name is read from the event that proposed the list.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from plone import api
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.list_names import names_of
from archive.procedure.states import STATES_END, State
from archive.register.decisions import ITEMS_LEFT, Order, OrderItem, OrderState
from archive.register.disposal import DisposalList
from portal import words
from portal.i18n import _

ENDED_WELL = frozenset({State.DESTROYED, State.CLOSED})


def name_of(session: Session, order: Order) -> str:
    """Return the number of the letter that submitted one list."""
    return names_of(session, [order.id]).get(order.id) or order.document_number


def state_words(order: Order, row: DisposalList | None) -> Any:
    """Return the state of a list, as a message; of one made before there was a procedure, that of its order."""
    if row is not None:
        return legal_words(row.state)
    if order.state == OrderState.REFUSED:
        return _("Given up")
    return words.ORDER_STATES.get(OrderState(order.state), order.state)


def legal_words(state: str) -> Any:
    """Return a legal state in the words of the workflow, as a message."""
    workflow = api.portal.get_tool("portal_workflow")
    return _(workflow.getTitleForStateOnType(state, "DisposalList"))


def state_tone(order: Order, row: DisposalList | None) -> str:
    """Return the tone of that; what ended without a destruction is quiet."""
    if row is not None and row.state in STATES_END and row.state not in ENDED_WELL:
        return "quiet"
    return "quiet" if order.state == OrderState.REFUSED else words.TONES.get(order.state, "quiet")


def outcomes(session: Session, order_ids: Iterable[str]) -> Mapping[str, Counter[str]]:
    """Return order id -> outcome -> how many case files of the list came to it."""
    query = select(OrderItem.order_id, OrderItem.outcome, func.count()).where(
        OrderItem.order_id.in_(list(order_ids))
    )
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for id, outcome, number in session.execute(query.group_by(OrderItem.order_id, OrderItem.outcome)):
        found[id][outcome] = number
    return found


def spared_words(told: Counter[str]) -> Any:
    """Return how many of a carried-out list were destroyed, held and refused, as a message; None when all went."""
    ended = {name: number for name, number in told.items() if name not in ITEMS_LEFT}
    held, refused = ended.get("held", 0), ended.get("refused", 0)
    if not held and not refused:
        return None
    numbers = {"done": ended.get("done", 0), "all": sum(ended.values()), "held": held, "refused": refused}
    if not refused:
        return _("${done} of ${all} destroyed, ${held} held", mapping=numbers)
    if not held:
        return _("${done} of ${all} destroyed, ${refused} spared by the vault", mapping=numbers)
    return _("${done} of ${all} destroyed, ${held} held, ${refused} spared by the vault", mapping=numbers)


class Lists:
    """Some lists as a page shows them one below the other: read at once, asked for by their orders."""

    def __init__(self, session: Session, order_ids: Iterable[str]) -> None:
        self._session, self._ids = session, list(order_ids)
        rows = select(DisposalList).where(DisposalList.order_id.in_(self._ids))
        self._rows = {row.order_id: row for row in session.scalars(rows)}
        self._names = names_of(session, self._ids)

    @cached_property
    def _outcomes(self) -> Mapping[str, Counter[str]]:
        """Return how the case files of each list ended; not every page shows it."""
        return outcomes(self._session, self._ids)

    def name(self, order: Order) -> str:
        """Return what a list is called."""
        return self._names.get(order.id) or order.document_number

    def state(self, order: Order) -> Any:
        """Return the state of a list, as a message."""
        return state_words(order, self._rows.get(order.id))

    def tone(self, order: Order) -> str:
        """Return the tone of that."""
        return state_tone(order, self._rows.get(order.id))

    def case_files(self, order: Order) -> int:
        """Return how many case files a list named."""
        return sum(self._outcomes[order.id].values())

    def spared(self, order: Order) -> Any:
        """Return how many of a carried-out list were destroyed and how many not, as a message; None when all were."""
        return spared_words(self._outcomes[order.id]) if order.state == OrderState.DONE else None
