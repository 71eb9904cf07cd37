"""Erase one case file of an approved destruction everywhere, prove it, leave a tombstone. May be started again.

What happens to one case file, each arrow one transaction on the register:

    "" -> erasing (intention ledgered: DESTROY with outcome "erasing") -> receipt -> receipt ... -> done

A hold is looked for in every one of these transactions, under the same row lock that placing a hold takes, so
there is no moment in which neither sees the other. Holders are asked in the order that keeps a late hold
worth most: first those whose copy can be made again (index, quarantine, caches), then the stores, one after
another. So a hold that arrives

- before the first holder: nothing was erased;
- between two holders: the rest keep their copies, the item ends as "held", and `repair` fills the other
  stores again from a good copy;
- after the transaction that begins with the last store (`LAST_COPY`): the case file goes, because an erasure
  that has begun cannot be called back; the hold stays in the register and placing it said `too_late`. Only
  when that run died or failed and the last copy is still there does the hold win after all.

A holder that fails leaves the item "erasing", and `erase` may be called again. Killed anywhere, a second call
ends in the same state: asking a holder twice is safe, a receipt is written after the holder was asked, and what
has its receipt is not asked again for it.

A hold is only the most likely thing to come in between. Whatever else speaks against the case file by then (made
permanent, another package, another agency) spares it in the same way, as "refused"; only the days in which a
destruction must be begun are not counted again for what was begun in time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.alone import alone, work_on_copies
from archive.custody import StoreHolder, record_receipt, stores, target_of
from archive.errors import TangThuError, TemporaryError
from archive.holders import Erasure, Holder, Target
from archive.holds import active_holds
from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.order_check import reasons_against_item
from archive.reason import Reason, as_json, because, from_text, trouble
from archive.register.decisions import ITEMS_LEFT, Hold, Order, OrderItem, Receipt
from archive.register.models import CaseFile
from archive.register.projection import apply
from archive.register.session import transaction
from archive.vietnam import day_of
from retention.holds import ERASING, LAST_COPY

DONE, HELD, REFUSED = "done", "held", "refused"
OUTCOMES_END = frozenset({DONE, HELD, REFUSED}) | ITEMS_LEFT


@dataclass(frozen=True)
class Actor:
    """Who carries the order out, in which role."""

    name: str
    role: str


def erase(
    order_id: str, case_file_id: str, asked: Sequence[Holder], actor: Actor, time: Callable[[], datetime]
) -> Reason | None:
    """Take one case file as far as it will go now; return what stopped it, None when nothing did.

    Args:
        order_id: of an order that is being executed, by this process alone.
        case_file_id: of one of its items; one that has its final outcome is left as it is.
        asked: every holder, the stores last.
        actor: who carries the order out.
        time: gives the time of each step.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(alone(work_on_copies(case_file_id)))
        except TemporaryError as error:
            return error.reason  # a repair is writing copies; the next run finds the case file as it is
        return _erase_alone(order_id, case_file_id, asked, actor, time)


def _erase_alone(
    order_id: str, case_file_id: str, asked: Sequence[Holder], actor: Actor, time: Callable[[], datetime]
) -> Reason | None:
    target = _intend(order_id, case_file_id, actor, time())
    if target is None:
        return None
    for holder in asked:
        step = _next(order_id, target, holder.name, actor, time(), last=holder is asked[-1])
        if step is _Next.STOP:
            return None
        if step is _Next.ASK and (cause := _ask(order_id, holder, target, actor, time)):
            return cause
    # Repairs are kept out, but whoever restored a store from a backup meanwhile asked nobody.
    for holder in asked:
        if is_store(holder) and (cause := _ask(order_id, holder, target, actor, time, again=True)):
            return cause
    with transaction() as session:
        item = _item(session, order_id, case_file_id)
        waiting = [h.name for h in asked if not _settled(session, order_id, case_file_id, h.name)]
        if item.outcome == ERASING and not waiting:
            _note(session, order_id, case_file_id, DONE, (), actor, time())
    return because("retention.no-receipt", holders=", ".join(waiting)) if waiting else None


def _intend(order_id: str, case_file_id: str, actor: Actor, now: datetime) -> Target | None:
    """Check the case file once more and ledger the intention; None when it is not to be erased."""
    with transaction() as session:
        item = _item(session, order_id, case_file_id)
        if item.outcome in OUTCOMES_END:
            return None  # another run was faster
        if item.outcome != ERASING:
            order = session.get_one(Order, order_id)
            reasons = reasons_against_item(session, order, case_file_id, now=now)
            if reasons:
                _spare(session, order_id, case_file_id, reasons, actor, now)
                return None
            _note(session, order_id, case_file_id, ERASING, (), actor, now)
        return target_of(session, case_file_id)


def _spare(
    session: Session, order_id: str, case_file_id: str, detail: Sequence[Reason], actor: Actor, now: datetime
) -> None:
    """End the item without erasing any further."""
    outcome = HELD if _holds(session, case_file_id, now) else REFUSED
    _note(session, order_id, case_file_id, outcome, detail, actor, now)


class _Next(Enum):
    ASK = "ask the holder"
    SKIP = "it has given its receipt"
    STOP = "this case file is not erased any further"


def _next(order_id: str, target: Target, holder: str, actor: Actor, now: datetime, *, last: bool) -> _Next:
    """Ask everything that speaks against it again before a holder is asked; what comes in time ends the item."""
    with transaction() as session:
        item = _item(session, order_id, target.case_file_id)
        if item.outcome != ERASING:
            return _Next.STOP
        order = session.get_one(Order, order_id)
        reasons = reasons_against_item(session, order, target.case_file_id, now=now, begun=True)
        # Seeing LAST_COPY here means that an earlier run ended before it could finish.
        if reasons and (item.detail != LAST_COPY or _copy_left(target)):
            erased = select(Receipt.holder).where(
                Receipt.order_id == order_id, Receipt.case_file_id == target.case_file_id, Receipt.gone
            )
            names = ", ".join(sorted(session.scalars(erased)))
            holds = _holds(session, target.case_file_id, now)
            stopped = (
                because("retention.stopped-by-hold", holder=holder, why=holds[0].reason)
                if holds
                else because("retention.stopped", holder=holder, why=reasons)
            )
            so_far = because("retention.erased-so-far", holders=names or "—")
            _spare(session, order_id, target.case_file_id, (stopped, so_far), actor, now)
            return _Next.STOP
        if _settled(session, order_id, target.case_file_id, holder):
            return _Next.SKIP
        if last and item.detail != LAST_COPY:
            _note(session, order_id, target.case_file_id, ERASING, from_text(LAST_COPY), actor, now)
        return _Next.ASK


def _copy_left(target: Target) -> bool:
    """Say whether some store still has a package of the case file; a store that does not answer may."""
    for store in stores():
        try:
            if any(store.size(name) is not None for name in target.package_names):
                return True
        except TemporaryError:
            return True
    return False


def _ask(
    order_id: str,
    holder: Holder,
    target: Target,
    actor: Actor,
    time: Callable[[], datetime],
    *,
    again: bool = False,
) -> Reason | None:
    """Ask one holder and write its receipt; return why it has not settled what it had, None when it has.

    Asked again, nothing is written when nothing was found.
    """
    try:
        receipt = holder.erase(target)
    except (TangThuError, OSError) as error:
        with transaction() as session:
            item = _item(session, order_id, target.case_file_id)
            cause = because("retention.holder-failed", holder=holder.name, why=_why(error))
            # The mark of the point of no return must survive a failure of the holder behind it.
            detail = from_text(LAST_COPY) if item.detail == LAST_COPY else (cause,)
            _note(session, order_id, target.case_file_id, ERASING, detail, actor, time(), cause=cause)
        return cause
    if not (again and receipt.gone and receipt.how.startswith("not applicable")):
        _write(order_id, target.case_file_id, receipt, actor, time())
    if receipt.gone or receipt.expires_on:
        return None
    return because("retention.still-there", holder=holder.name, what=receipt.what)


def _write(order_id: str, case_file_id: str, receipt: Erasure, actor: Actor, now: datetime) -> None:
    with transaction() as session:
        record_receipt(session, order_id, case_file_id, receipt, actor=actor.name, role=actor.role, now=now)


def _item(session: Session, order_id: str, case_file_id: str) -> OrderItem:
    """Return the order's item with the case file locked, so that no hold is placed beside us."""
    session.execute(select(CaseFile.id).where(CaseFile.id == case_file_id).with_for_update())
    return session.get_one(OrderItem, (order_id, case_file_id), populate_existing=True)


def _holds(session: Session, case_file_id: str, now: datetime) -> list[Hold]:
    return active_holds(session, session.get_one(CaseFile, case_file_id), day_of(now))


def _settled(session: Session, order_id: str, case_file_id: str, holder: str) -> bool:
    """Say whether a holder's word is final: gone, or, for backups, gone by a day it names."""
    receipt = session.get(Receipt, (order_id, case_file_id, holder), populate_existing=True)
    return receipt is not None and (receipt.gone or receipt.expires_on is not None)


def _note(
    session: Session,
    order_id: str,
    case_file_id: str,
    outcome: str,
    detail: Sequence[Reason],
    actor: Actor,
    now: datetime,
    *,
    cause: Reason | None = None,
) -> None:
    """Ledger where the case file stands in this order; with "done" the projection leaves the tombstone."""
    order = session.get_one(Order, order_id)
    payload: dict[str, Any] = {
        "order_id": order_id,
        "outcome": outcome,
        "detail": [as_json(reason) for reason in detail],
    }
    if cause:
        payload["cause"] = as_json(cause)
    event = append(
        session,
        Verb.DESTROY,
        actor=actor.name,
        role=actor.role,
        kind="case-file",
        id=case_file_id,
        payload=payload,
        basis=f"{order.document_number}, {order.document_date.isoformat()}",
        now=now,
    )
    apply(session, event)


def is_store(holder: Holder) -> bool:
    """Say whether it is a store: what is erased there cannot be made again."""
    return isinstance(holder, StoreHolder)


def _why(error: TangThuError | OSError) -> Reason:
    if isinstance(error, TangThuError):
        return error.reason
    return because("archive.file-trouble", file=str(error.filename or ""), trouble=trouble(error))
