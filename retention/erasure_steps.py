"""The transactions of an erasure, each on many case files: begin, look again, write down, end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, load_only

from archive.custody import StoreHolder
from archive.erasing import receipt_event, targets_of
from archive.errors import TangThuError
from archive.holders import Erasure, Holder, Said, Target
from archive.holds import active_holds_on
from archive.ledger.append import NewEvent, append_all
from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.order_check import reasons_against_items
from archive.procedure.kept import against_links
from archive.procedure.links import Link
from archive.reason import Reason, as_json, because, from_text, trouble
from archive.register.among import among
from archive.register.base import AnyRow
from archive.register.decisions import ITEMS_LEFT, Hold, Order, OrderItem, Receipt
from archive.register.models import CaseFile
from archive.register.projection import apply_all
from archive.register.session import transaction
from archive.seen_in_stores import Sizes
from archive.vietnam import day_of
from retention.copies_left import whole_left
from retention.holds import ERASING, LAST_COPY

DONE, HELD, REFUSED = "done", "held", "refused"
OUTCOMES_END = frozenset({DONE, HELD, REFUSED}) | ITEMS_LEFT

OF_ORDER = (Order.kind, Order.agency_code, Order.document_number, Order.document_date)
"""What is asked of the order for each case file."""

Answers = Sequence[tuple[Target, Said]]


@dataclass(frozen=True)
class Actor:
    """Who carries the order out, in which role."""

    name: str
    role: str


@dataclass(frozen=True)
class Run:
    """One run of an order.

    Attributes:
        order_id: of an order that is being executed, by this process alone.
        actor: who carries it out.
        time: gives the time of each step.
        keep: documents that are to lie in another case file first; nobody changes them once the run has begun.
        seen: what the stores said of those that stay for duplicates: before the wave began, and for the steps at a
            store right before that one; what is not in it is asked within the step.
    """

    order_id: str
    actor: Actor
    time: Callable[[], datetime]
    keep: tuple[Link, ...] = ()
    seen: Sizes = field(default_factory=dict)


@dataclass(frozen=True)
class Seen:
    """What was seen under the lock before a holder is asked.

    Attributes:
        ask: it is to erase these.
        skip: it has given its receipt for these.
        at_event: the ledger's last event then.
        now: the time of it.
    """

    ask: tuple[Target, ...]
    skip: tuple[Target, ...]
    at_event: int
    now: datetime


@contextmanager
def _step(run: Run) -> Iterator[_Step]:
    with transaction() as session:
        # Without its payload: that names each case file with its reasons, and is as long as the list.
        order = session.get_one(Order, run.order_id, options=[load_only(*OF_ORDER)])
        yield _Step(session, order, run.actor, run.time(), run.keep, run.seen)


def begin(run: Run, case_file_ids: Sequence[str]) -> list[Target]:
    """Check case files once more and ledger the intention; return what is to be erased."""
    if not case_file_ids:
        return []
    with _step(run) as step:
        items = step.items(case_file_ids)
        # Another run was faster with the others.
        mine = [id for id in case_file_ids if items[id].outcome not in OUTCOMES_END]
        new = [id for id in mine if items[id].outcome != ERASING]
        against = step.against(new)
        step.spare({id: against[id] for id in new if against[id]})
        step.note({id: () for id in new if not against[id]}, ERASING)
        return targets_of(step.session, [id for id in mine if not against.get(id)])


def look_again(run: Run, targets: Sequence[Target], holder: str, *, last: bool) -> Seen:
    """Ask everything that speaks against them again before a holder is asked; what comes in time ends the item.

    Args:
        run: of the order.
        targets: what was begun.
        holder: its name.
        last: no other is asked after it: what is not stopped now is past saving.
    """
    with _step(run) as step:
        at_event = step.session.scalar(select(func.max(EventRow.seq))) or 0
        ids = [target.case_file_id for target in targets]
        items = step.items(ids)
        open_ = [target for target in targets if items[target.case_file_id].outcome == ERASING]
        against = step.against([one.case_file_id for one in open_], begun=True)
        stopped = {
            one.case_file_id: against[one.case_file_id]
            for one in open_
            # Seeing LAST_COPY here means that an earlier run ended before it could finish.
            if against[one.case_file_id]
            and (items[one.case_file_id].detail != LAST_COPY or whole_left(step.session, one.case_file_id))
        }
        if stopped:
            step.spare(step.stopped(stopped, holder))
        settled = step.settled(ids, (holder,))
        left = [one for one in open_ if one.case_file_id not in stopped]
        ask = tuple(one for one in left if (one.case_file_id, holder) not in settled)
        if last:
            marked = [one.case_file_id for one in ask if items[one.case_file_id].detail != LAST_COPY]
            step.note({id: from_text(LAST_COPY) for id in marked}, ERASING)
        skip = tuple(one for one in left if (one.case_file_id, holder) in settled)
        return Seen(ask, skip, at_event, step.now)


def write_down(run: Run, holder: str, answers: Answers, *, again: bool = False) -> dict[str, Reason]:
    """Ledger what a holder said of case files; return why some of them are not settled, by their ids.

    Args:
        run: of the order.
        holder: its name.
        answers: its receipts and its troubles.
        again: it was asked once more; nothing is written of those of which nothing was found.
    """
    causes: dict[str, Reason] = {}
    receipts: dict[str, Erasure] = {}
    for target, said in answers:
        id = target.case_file_id
        if not isinstance(said, Erasure):
            causes[id] = because("retention.holder-failed", holder=holder, why=_why(said))
        elif not (again and said.gone and said.how.startswith("not applicable")):
            receipts[id] = said
    if not causes and not receipts:
        return {}
    with _step(run) as step:
        items = step.items([target.case_file_id for target, _said in answers])
        # The mark of the point of no return must survive a failure of the holder behind it.
        details = {
            id: from_text(LAST_COPY) if items[id].detail == LAST_COPY else (cause,)
            for id, cause in causes.items()
        }
        step.note(details, ERASING, causes=causes)
        step.receive(receipts)
    return causes | {
        id: because("retention.still-there", holder=holder, what=said.what)
        for id, said in receipts.items()
        if not said.gone and not said.expires_on
    }


def end(run: Run, targets: Sequence[Target], asked: Sequence[Holder]) -> dict[str, list[str]]:
    """Leave the tombstones of what every holder has settled; return which holders the others wait for."""
    if not targets:
        return {}
    with _step(run) as step:
        ids = [target.case_file_id for target in targets]
        items = step.items(ids)
        settled = step.settled(ids, [holder.name for holder in asked])
        waiting = {id: [h.name for h in asked if (id, h.name) not in settled] for id in ids}
        done = [id for id in ids if items[id].outcome == ERASING and not waiting[id]]
        step.note(dict.fromkeys(done, ()), DONE)
    return {id: names for id, names in waiting.items() if names and items[id].outcome == ERASING}


@dataclass(frozen=True)
class _Step:
    """One transaction of a run."""

    session: Session
    order: Order
    actor: Actor
    now: datetime
    keep: Sequence[Link]
    seen: Sizes

    def against(self, ids: Sequence[str], *, begun: bool = False) -> dict[str, tuple[Reason, ...]]:
        """Return what speaks against each of these now, also that a document of it is not kept elsewhere yet."""
        found = reasons_against_items(
            self.session, self.order, ids, now=self.now, begun=begun, seen=self.seen
        )
        mine = set(ids) if self.keep else set()
        lost = against_links(self.session, [link for link in self.keep if link.case_file_id in mine])
        return {id: (*reasons, *lost.get(id, ())) for id, reasons in found.items()}

    def items(self, ids: Sequence[str]) -> dict[str, AnyRow]:
        """Return how the order's items stand, with their case files locked so that no hold is placed beside us."""
        locked = select(CaseFile.id).where(among(CaseFile.id, ids)).order_by(CaseFile.id).with_for_update()
        self.session.execute(locked)
        query = select(OrderItem.case_file_id, OrderItem.outcome, OrderItem.detail).where(
            OrderItem.order_id == self.order.id, among(OrderItem.case_file_id, ids)
        )
        return {item.case_file_id: item for item in self.session.execute(query)}

    def settled(self, ids: Sequence[str], holders: Sequence[str]) -> set[tuple[str, str]]:
        """Return of which case files which holder's word is final: gone, or, for backups, gone by a day it names."""
        query = select(Receipt.case_file_id, Receipt.holder).where(
            Receipt.order_id == self.order.id,
            among(Receipt.case_file_id, ids),
            Receipt.holder.in_(holders),
            Receipt.gone | Receipt.expires_on.is_not(None),
        )
        return {(id, holder) for id, holder in self.session.execute(query)}

    def stopped(
        self, against: Mapping[str, Sequence[Reason]], holder: str
    ) -> dict[str, tuple[Reason, Reason]]:
        """Return what is told of case files that are stopped before a holder."""
        erased: dict[str, list[str]] = {}
        query = select(Receipt.case_file_id, Receipt.holder).where(
            Receipt.order_id == self.order.id, among(Receipt.case_file_id, against), Receipt.gone
        )
        for id, name in self.session.execute(query.order_by(Receipt.holder)):
            erased.setdefault(id, []).append(name)
        holds = self._holds(against)
        return {
            id: (
                because("retention.stopped-by-hold", holder=holder, why=holds[id][0].reason)
                if id in holds
                else because("retention.stopped", holder=holder, why=tuple(reasons)),
                because("retention.erased-so-far", holders=", ".join(erased.get(id, ())) or "—"),
            )
            for id, reasons in against.items()
        }

    def spare(self, details: Mapping[str, Sequence[Reason]]) -> None:
        """End items without erasing any further."""
        if not details:
            return
        holds = self._holds(details)
        self.note({id: detail for id, detail in details.items() if id in holds}, HELD)
        self.note({id: detail for id, detail in details.items() if id not in holds}, REFUSED)

    def note(
        self,
        details: Mapping[str, Sequence[Reason]],
        outcome: str,
        *,
        causes: Mapping[str, Reason] | None = None,
    ) -> None:
        """Ledger where case files stand in this order; with "done" the projection leaves the tombstones."""
        told = [self._noted(id, outcome, detail, (causes or {}).get(id)) for id, detail in details.items()]
        self._tell(told)

    def receive(self, receipts: Mapping[str, Erasure]) -> None:
        """Ledger a holder's receipts."""
        by = (self.actor.name, self.actor.role)
        self._tell([receipt_event(self.order.id, id, said, *by) for id, said in receipts.items()])

    def _noted(self, id: str, outcome: str, detail: Sequence[Reason], cause: Reason | None) -> NewEvent:
        payload: dict[str, Any] = {
            "order_id": self.order.id,
            "outcome": outcome,
            "detail": [as_json(reason) for reason in detail],
        }
        if cause:
            payload["cause"] = as_json(cause)
        return NewEvent(
            Verb.DESTROY,
            actor=self.actor.name,
            role=self.actor.role,
            kind="case-file",
            id=id,
            payload=payload,
            basis=f"{self.order.document_number}, {self.order.document_date.isoformat()}",
        )

    def _tell(self, told: Sequence[NewEvent]) -> None:
        if told:
            apply_all(self.session, append_all(self.session, told, now=self.now))

    def _holds(self, ids: Mapping[str, object]) -> dict[str, list[Hold]]:
        query = select(CaseFile.id, CaseFile.agency_code, CaseFile.fonds_code).where(among(CaseFile.id, ids))
        return active_holds_on(self.session, self.session.execute(query).all(), day_of(self.now))


def is_store(holder: Holder) -> bool:
    """Say whether it is a store: what is erased there cannot be made again."""
    return isinstance(holder, StoreHolder)


def _why(error: TangThuError | OSError) -> Reason:
    if isinstance(error, TangThuError):
        return error.reason
    return because("archive.file-trouble", file=str(error.filename or ""), trouble=trouble(error))
