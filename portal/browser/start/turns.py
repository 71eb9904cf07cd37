"""What of the destruction procedure waits for one person: lists on which it is their turn, holds they may lift."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from archive.holds import held
from archive.list_names import names_of
from archive.procedure.read import story_of
from archive.procedure.states import START, STATES_COUNCIL, STATES_END, State
from archive.procedure.story import Story
from archive.register.decisions import ITEMS_LEFT, Hold, Order, OrderItem, OrderKind, OrderState
from archive.register.disposal import CouncilMember, DisposalList
from archive.register.models import CaseFile
from archive.seen_at import seen_at
from archive.viewer import Role, Viewer, same_person
from portal.browser.disposal.procedure.next_act import BEGINS
from portal.browser.disposal.procedure.turn import Turn, turn_on
from portal.browser.disposal.to_begin import deadline_of, left_words, tone_of
from portal.browser.holds.orders import lifts
from portal.i18n import _
from retention.procedure import notice, opinion

MOST = 8
LOOKED_AT = 24
"""Lists whose story is read at most: those being voted on last, then the longest waiting first."""
SIGNING = 3
"""Lists that ended as kept and may wait for their minutes: the newest."""
ASKED = 50
"""Orders to lift a hold that are looked at, the oldest first."""
HELD_UP = _("The destruction is held up: a case file of the list is held or not due")
_STARTS = tuple(START.values())


@dataclass(frozen=True)
class Waiting:
    """One thing that waits for a person.

    Attributes:
        words: what they do, a message.
        address: below the site.
        name: of the list, or the hold's reason.
        deadline: how much time is left, a message; None where nothing limits it.
    """

    words: Any
    address: str
    name: str
    agency: str
    tone: str
    deadline: Any = None
    deadline_tone: str = "quiet"


def waiting_for(session: Session, viewer: Viewer, *, today: date, now: datetime) -> list[Waiting]:
    """Return what waits for this person, a handful of lists and of holds."""
    return [*_lists(session, viewer, today, now), *_holds(session, viewer)]


def _lists(session: Session, viewer: Viewer, today: date, now: datetime) -> list[Waiting]:
    found: list[tuple[Story, Turn]] = []
    for id in _candidates(session, viewer):
        story = story_of(session, id)
        if story is None:
            continue
        runs = story.state in _STARTS and notice.runs_until(session, id, today=today) is not None
        submits = opinion.submits(session, story.agency_code)
        turn = turn_on(story, viewer, submits=submits, runs=runs, now=now)
        if turn is not None:
            if turn.act in BEGINS and _held_up(session, id, today):
                turn = replace(turn, words=HELD_UP, tone="bad")
            found.append((story, turn))
        if len(found) == MOST:
            break
    names = names_of(session, [story.order_id for story, _turn in found])
    return [_waiting(story, turn, names, today) for story, turn in found]


def _held_up(session: Session, id: str, today: date) -> bool:
    """Say whether a hold or a period that is not over speaks against a case file of a list; its page says which."""
    not_due = and_(OrderItem.same_as == "", func.coalesce(CaseFile.eligible_from, date.max) > today)
    query = (
        select(OrderItem.case_file_id)
        .join(CaseFile, CaseFile.id == OrderItem.case_file_id)
        .where(OrderItem.order_id == id, OrderItem.outcome.not_in(ITEMS_LEFT), or_(held(today), not_due))
    )
    return session.scalars(query.limit(1)).first() is not None


def _waiting(story: Story, turn: Turn, names: dict[str, str], today: date) -> Waiting:
    deadline = deadline_of(story, today)
    return Waiting(
        turn.words,
        f"tieu-huy/{story.order_id}",
        names.get(story.order_id, ""),
        story.agency_code,
        turn.tone,
        left_words(deadline) if deadline else None,
        tone_of(deadline) if deadline else "quiet",
    )


def _candidates(session: Session, viewer: Viewer) -> list[str]:
    """Return the lists on which it may be this person's turn, by what the register knows."""
    sits = select(CouncilMember.order_id).where(func.lower(CouncilMember.account) == viewer.name.lower())
    formed = DisposalList.members.any()
    archivist, head = (
        seen_at(viewer, DisposalList.agency_code, frozenset({role})) for role in (Role.ARCHIVIST, Role.HEAD)
    )
    council = DisposalList.state.in_(STATES_COUNCIL)
    turns = or_(
        and_(council, DisposalList.order_id.in_(sits)),
        and_(
            archivist,
            or_(
                and_(DisposalList.state.in_(_STARTS), formed),
                DisposalList.state.in_(
                    (State.OPINION_REQUESTED, State.APPRAISAL, State.DECIDED, State.HANDED_OVER)
                ),
                and_(DisposalList.state == State.DESTROYED, ~DisposalList.closing),
            ),
        ),
        and_(
            head,
            or_(
                and_(DisposalList.state.in_(_STARTS), ~formed),
                and_(council, or_(DisposalList.concluded, DisposalList.members.any(CouncilMember.excused))),
                DisposalList.state.in_((State.OPINION_GIVEN, State.APPRAISAL, State.HANDED_OVER)),
            ),
        ),
    )
    open_ = select(DisposalList.order_id).where(DisposalList.state.not_in(STATES_END), turns)
    kept = select(DisposalList.order_id).where(
        DisposalList.state == State.KEEP,
        DisposalList.members.any(
            and_(func.lower(CouncilMember.account) == viewer.name.lower(), CouncilMember.seat == "secretary")
        ),
    )
    return [
        *session.scalars(_ordered(open_).limit(LOOKED_AT)),
        *session.scalars(kept.order_by(DisposalList.since.desc()).limit(SIGNING)),
    ]


def _ordered(query: Select[Any]) -> Select[Any]:
    """Order lists: those being voted on last, whose votes may be there already, then the longest waiting first."""
    voting = and_(DisposalList.state.in_(STATES_COUNCIL), ~DisposalList.concluded)
    return query.order_by(case((voting, 1), else_=0), DisposalList.since, DisposalList.order_id)


def _holds(session: Session, viewer: Viewer) -> Iterator[Waiting]:
    """Yield the holds somebody asked to lift, whose second person this one may be."""
    may = seen_at(viewer, Order.agency_code, frozenset({Role.ARCHIVIST, Role.HEAD}))
    query = select(Order).where(Order.kind == OrderKind.LIFT_HOLD, Order.state == OrderState.PROPOSED, may)
    shown = 0
    for order in session.scalars(query.order_by(Order.created_at, Order.id).limit(ASKED)):
        if same_person(viewer.name, order.proposed_by):
            continue
        placed = _placed(session, lifts(order))
        if placed is None or same_person(viewer.name, placed[0]):
            continue
        yield Waiting(
            _("Lift a hold, as the second person"),
            f"giu-ho-so#lift-{order.id}",
            placed[1],
            order.agency_code,
            "wait",
        )
        shown += 1
        if shown == MOST:
            return


def _placed(session: Session, id: str) -> Sequence[str] | None:
    """Return who placed a hold, and its reason."""
    hold = session.get(Hold, id)
    if hold is not None:
        return None if hold.lifted_at else (hold.placed_by, hold.reason)
    order = session.get(Order, id)
    return (order.proposed_by, order.reason) if order is not None else None
