"""Until when a decided list must begin: in words, with its tone, and the lists for which little time is left."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.procedure.deadline import Deadline, decided_by, last_day_to_begin
from archive.procedure.states import State
from archive.procedure.story import Story
from archive.register.decisions import Order, OrderState
from archive.register.disposal import DisposalList
from archive.register.models import Regime
from archive.viewer import ALL_AGENCIES, Role, Viewer
from portal.i18n import _

WAITING = (State.DECIDED, State.HANDED_OVER)
WARNED = frozenset({Role.ARCHIVIST, Role.HEAD})
MOST = 6


def deadline_of(story: Story, today: date) -> Deadline | None:
    """Return until when a list must begin; None when there is no limit, no decision, or it has begun."""
    if story.state not in WAITING or story.begun or story.decision is None:
        return None
    last = last_day_to_begin(story.regime, story.decision.paper.day)
    return Deadline(last, today) if last is not None else None


def near_their_end(session: Session, *, viewer: Viewer, today: date) -> list[tuple[Order, Deadline]]:
    """Return the lists an archivist or head is to be warned of, the least time left first, a handful at most."""
    query = (
        select(Order, DisposalList.regime)
        .join(DisposalList, DisposalList.order_id == Order.id)
        .where(
            DisposalList.regime == Regime.R2,
            DisposalList.state.in_(WAITING),
            Order.state != OrderState.EXECUTING,
            Order.document_date <= decided_by(today),
        )
        .order_by(Order.document_date, Order.id)
        .limit(MOST)
    )
    where = viewer.agencies_with(WARNED)
    if ALL_AGENCIES not in where:
        query = query.where(DisposalList.agency_code.in_(where))
    found = []
    for order, regime in session.execute(query):
        last = last_day_to_begin(regime, order.document_date)
        if last is not None:
            found.append((order, Deadline(last, today)))
    return found


def tone_of(deadline: Deadline) -> str:
    """Return the tone a deadline is shown in."""
    if deadline.over:
        return "bad"
    return "wait" if deadline.near else "quiet"


def left_words(deadline: Deadline) -> Any:
    """Return how much time is left, as a message."""
    days = deadline.days_left
    if days < 0:
        return _("${days} days late", mapping={"days": -days})
    return _("${days} days left", mapping={"days": days}) if days else _("today is the last day")


def told(deadline: Deadline, day: str) -> Any:
    """Return what the page of a list says of its deadline, as a message.

    Args:
        deadline: of the list.
        day: its last day, as the reader's language writes it.
    """
    days = deadline.days_left
    if days < 0:
        return _(
            "Too late: it had to begin by the end of ${day}, and the vault refuses it now. The head refuses the list; "
            "its case files may then go on a new one.",
            mapping={"day": day},
        )
    if days == 0:
        return _("It must begin by the end of today, ${day}.", mapping={"day": day})
    return _("It must begin by the end of ${day}: ${days} days left.", mapping={"day": day, "days": days})
