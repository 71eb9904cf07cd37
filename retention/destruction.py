"""Carry out an approved destruction (`retention.erasure`). May be started again.

One process at a time carries out an order. What stops one case file does not stop the others; the order is done when
each has its final outcome: done, held or refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import orders
from archive.alone import alone
from archive.errors import NotAllowedError, OrderRefusedError
from archive.holders import Holder, holders
from archive.ledger.event import unstamp
from archive.order_check import on_list, reasons_against_items, reasons_against_order
from archive.procedure.kept import to_keep
from archive.procedure.read import story_of
from archive.procedure.states import State
from archive.reason import Reason, because, from_text
from archive.register.decisions import Order, OrderItem, OrderKind, OrderState
from archive.register.forgetting import Forgotten, forget
from archive.register.models import CaseFile
from archive.register.session import transaction
from archive.seen_in_stores import Sizes, sizes_of_twins
from archive.viewer import Role, Viewer, same_person
from retention.erasure import erase_all
from retention.erasure_steps import DONE, HELD, OUTCOMES_END, REFUSED, Actor, Run, is_store

MAY_EXECUTE = (Role.ARCHIVIST, Role.HEAD)
RELEASED_FOR = timedelta(days=1)
"""So long the executor's confirmation counts before the destruction must have begun; our rule."""


@dataclass(frozen=True)
class ItemOutcome:
    """How one case file of the order ended.

    Attributes:
        outcome: done, held, refused, taken-out or kept when it had left the list before, or erasing when a holder has
            not said yet that it is gone.
        detail: why, for all but done.
    """

    case_file_id: str
    code: str
    outcome: str
    detail: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Attributes:
        finished: every item has its final outcome and the order is done; otherwise call `execute` again.
        register: how far what told of the records was taken out of the register's own files.
    """

    order_id: str
    items: tuple[ItemOutcome, ...]
    finished: bool
    register: Forgotten

    def count(self, outcome: str) -> int:
        """Return how many items ended so."""
        return sum(item.outcome == outcome for item in self.items)


def execute(
    order_id: str,
    *,
    viewer: Viewer,
    now: datetime,
    ask: Sequence[Holder] | None = None,
    clock: Callable[[], datetime] | None = None,
) -> Outcome:
    """Carry out an approved destruction order, or go on with one that was interrupted.

    Opens its own transactions. Calling it on an order that is done returns the outcome and changes nothing.

    Args:
        order_id: of an approved destruction.
        viewer: the executor: archivist or head of the agency, not the proposer.
        now: aware time, of the start.
        ask: holders to ask instead of those installed.
        clock: gives the time of later steps; stands still at `now` if None (the ledger moves stamps on).

    Raises:
        NotFoundError: no such order.
        NotAllowedError: the viewer may not carry it out.
        OrderRefusedError: the vault's own check failed, or every case file has a reason against it; nothing
            was erased.
        TemporaryError: another process is carrying it out at this moment.
    """
    asked = _in_order(holders() if ask is None else ask)
    if not asked:
        raise OrderRefusedError((because("retention.no-holder"),))
    with alone(f"order {order_id}"):
        return _run(order_id, viewer, now, asked, clock or (lambda: now))


def _run(
    order_id: str, viewer: Viewer, now: datetime, asked: Sequence[Holder], time: Callable[[], datetime]
) -> Outcome:
    seen = sizes_of_twins(order_id)
    with transaction() as session:
        order = orders.named(session, order_id, lock=True, kind=OrderKind.DESTRUCTION)
        actor = _executor(order, viewer)
        if order.state != OrderState.DONE:
            _begin(session, order, actor, now, seen)
        told = story_of(session, order_id)
        keep = tuple(to_keep(told)) if told else ()
        open_items = [item.case_file_id for item in order.items if item.outcome not in OUTCOMES_END]
    causes = erase_all(Run(order_id, actor, time, keep), open_items, asked)
    forgotten = forget()  # the register described the records; what it deleted is to be in no file of it
    with transaction() as session:
        order = session.get_one(Order, order_id, with_for_update=True)
        return _conclude(session, order, causes, actor, time(), forgotten)


def _in_order(found: Sequence[Holder]) -> list[Holder]:
    """Return the holders, those with a copy that can be made again first, the stores last."""
    return sorted(found, key=lambda holder: (is_store(holder), holder.name))


def _executor(order: Order, viewer: Viewer) -> Actor:
    role = next((role for role in MAY_EXECUTE if viewer.has(role, order.agency_code)), None)
    if role is None:
        raise NotAllowedError(
            because("archive.roles-missing", who=viewer.name, roles=MAY_EXECUTE, agency=order.agency_code)
        )
    if same_person(viewer.name, order.proposed_by):
        raise NotAllowedError(because("retention.executes-own", who=viewer.name))
    return Actor(viewer.name, str(role))


def check(session: Session, order_id: str, *, viewer: Viewer, now: datetime) -> None:
    """Raise what `execute` would raise before it touches anything; for who only sends it to a worker.

    `execute` asks all of it again.

    Raises:
        NotFoundError: no such order.
        NotAllowedError: the viewer may not carry it out.
        OrderRefusedError: the vault's own check failed, or every case file has a reason against it.
    """
    order = orders.named(session, order_id, kind=OrderKind.DESTRUCTION)
    _executor(order, viewer)
    if order.state != OrderState.DONE and (
        reasons := _reasons_not_to_begin(session, order, viewer.name, now)
    ):
        raise OrderRefusedError(reasons)


def _reasons_not_to_begin(
    session: Session, order: Order, executor: str, now: datetime, seen: Sizes | None = None
) -> tuple[Reason, ...]:
    reasons = list(reasons_against_order(session, order, now=now))
    if not reasons and order.state == OrderState.APPROVED:
        reasons.extend(_against_release(session, order, executor, now))
    if not reasons and order.state == OrderState.APPROVED:
        ids = [item.case_file_id for item in on_list(order)]
        against = reasons_against_items(session, order, ids, now=now, seen=seen)
        # One good file is reason enough to begin; the others end as held or refused, each with its reason.
        if all(against.values()):
            reasons.extend(reason for id in ids for reason in against[id])
    return tuple(reasons)


def _against_release(session: Session, order: Order, executor: str, now: datetime) -> Iterator[Reason]:
    """Yield why the executor's confirmation does not count; whoever goes on with what was begun needs none."""
    story = story_of(session, order.id)
    if story is None or story.release is None:
        return
    if not same_person(story.release.by, executor):
        yield because("retention.released-by-other", who=story.release.by)
    if now - unstamp(story.release.factors.proved_at) > RELEASED_FOR:
        yield because("retention.released-long-ago", at=story.release.factors.proved_at)


def _begin(session: Session, order: Order, actor: Actor, now: datetime, seen: Sizes) -> None:
    if reasons := _reasons_not_to_begin(session, order, actor.name, now, seen):
        raise OrderRefusedError(reasons)
    orders.mark(session, order, OrderState.EXECUTING, actor=actor.name, role=actor.role, now=now)


def _conclude(
    session: Session,
    order: Order,
    causes: Mapping[str, Reason],
    actor: Actor,
    now: datetime,
    forgotten: Forgotten,
) -> Outcome:
    session.expire(order)
    listed = select(OrderItem.case_file_id).where(OrderItem.order_id == order.id)
    codes = dict(session.execute(select(CaseFile.id, CaseFile.code).where(CaseFile.id.in_(listed))).all())
    items = tuple(
        ItemOutcome(
            item.case_file_id,
            codes[item.case_file_id],
            item.outcome,
            (cause,) if (cause := causes.get(item.case_file_id)) else from_text(item.detail),
        )
        for item in order.items
    )
    finished = all(item.outcome in OUTCOMES_END for item in items)
    if finished and order.state == OrderState.EXECUTING:
        counts = {name: sum(i.outcome == name for i in items) for name in (DONE, HELD, REFUSED)}
        told = ", ".join(f"{name} {number}" for name, number in counts.items())
        step = None
        if "procedure" in order.payload:
            ended = State.DESTROYED if counts[DONE] else State.KEEP
            step = {"id": "destroy", "spared": not counts[DONE], "state": ended.value}
            step["register"] = forgotten.how
        orders.mark(
            session,
            order,
            OrderState.DONE,
            actor=actor.name,
            role=actor.role,
            detail=told,
            step=step,
            now=now,
        )
    return Outcome(order.id, items, finished, forgotten)
