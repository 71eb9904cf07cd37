"""Verify the ledger: recompute every hash, and name the event that was changed, removed or moved.

Against whom: somebody who can write the database, and somebody who can write some of the stores. Accepted: one
who changes the database and every store alike rewrites history; only a head of the chain noted elsewhere (an
inclusion proof handed out, a printed certificate) shows that. Events not sealed yet are proven only by their
own hashes, so removing the newest of them leaves no trace until the next seal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.copies import stores
from archive.errors import LedgerError, NotFoundError, TemporaryError
from archive.ledger.append import from_row
from archive.ledger.event import Event, Verb, canonical, leaf, stamp
from archive.ledger.merkle import FIRST_CHAIN, chained, root
from archive.ledger.rows import EventRow, SealRow
from archive.ledger.sealed_lines import Held, SealedLines
from archive.ledger.segment import FOLDER, Head, Segment, Standing, head_of, key_of, parse, standing
from archive.ledger.verify_stamps import StampCheck
from archive.reason import Reason, because
from archive.stores.interface import Store, read_whole
from archive.timestamps.ask import judge


def verify(
    session: Session, *, places: Sequence[Store] | None = None, now: datetime | None = None
) -> list[Reason]:
    """Return everything wrong with the ledger as reasons that name the event; empty when all is well.

    A seal that still waits for its time-stamp is no fault (`tangthu doctor` tells it); a stamp that is there must be
    good. Memory stays small: one sealed segment is held at a time.

    Raises:
        SettingsError: the trusted roots of the time-stamps cannot be read.
    """
    used = list(stores() if places is None else places)
    stamps = StampCheck(used, judge(), now or datetime.now(UTC))
    events = _Events(session)
    seals = list(_seals(session, events, used, stamps))
    for row in events.up_to(None):
        events.check(row)
    return [*events.complaints, *seals]


def named(event: Any) -> Reason:
    """Return how an event, or a row of one, is named to people."""
    return because(
        "archive.ledger-event", seq=event.seq, verb=event.verb, kind=event.object_kind, id=event.object_id
    )


VERBS = frozenset(verb.value for verb in Verb)
SMALLEST, LARGEST = -(2**63), 2**63 - 1


class _Events:
    """One walk over all events: each is read, written in its canonical form and hashed once.

    Attributes:
        next: the smallest number that was not read yet.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._columns = EventRow.__table__.columns
        self.next = SMALLEST
        self._expected = 1
        self._before = ""
        self.complaints: list[Reason] = []

    def up_to(self, last: int | None) -> Iterator[Any]:
        """Yield the rows not read yet, as far as this number; None: all."""
        seq = self._columns["seq"]
        if self.next > LARGEST:
            return
        query = select(*self._columns).where(seq >= self.next).order_by(seq)
        if last is not None:
            query = query.where(seq <= last)
        for row in self._session.execute(query.execution_options(yield_per=1000)):
            self.next = row.seq + 1
            yield row

    def has_held(self, first: int, last: int, held: Held) -> bool:
        """Take over a run that was found to hold as a whole; False, and nothing taken, when it does not fit here."""
        if first != self._expected or not held.verbs <= VERBS or held.first_at <= self._before:
            return False
        self.next = self._expected = last + 1
        self._before = held.last_at
        return True

    def check(self, row: Any) -> tuple[bytes, bytes] | None:
        """Return the canonical form of an event and its leaf hash, and note what is wrong; None when it is none."""
        if row.verb not in VERBS:
            self.complaints.append(because("archive.ledger-no-verb", seq=row.seq, verb=row.verb))
            self._expected = max(self._expected, row.seq + 1)
            return None
        if row.seq < self._expected:  # numbers begin at 1 and come in their order: it is 0 or less
            self.complaints.append(because("archive.ledger-event-added", event=named(row)))
        elif row.seq > self._expected:
            self.complaints.append(_gone(self._expected, row.seq - 1))
        self._expected = max(self._expected, row.seq + 1)
        text = canonical(row)
        hashed = leaf(text)
        if hashed.hex() != row.sha256:
            self.complaints.append(because("archive.ledger-other-hash", event=named(row)))
        at = stamp(row.at)
        if at <= self._before:
            self.complaints.append(because("archive.ledger-other-time", event=named(row)))
        self._before = at
        return text, hashed


def _gone(first: int, last: int) -> Reason:
    """Name what is missing as one span: how far a number was set is up to whoever set it."""
    if first == last:
        return because("archive.ledger-gone", seq=first)
    return because("archive.ledger-gone-span", first=first, last=last)


@dataclass
class _Chain:
    """Where the walk over the seals stands."""

    number: int = 0
    last_seq: int = 0
    chain: str = FIRST_CHAIN


def _seals(session: Session, rows: _Events, places: Sequence[Store], stamps: StampCheck) -> Iterator[Reason]:
    walk, seen, lines = _Chain(), set[str](), SealedLines(session, places)
    told: list[Reason] = []
    query = select(SealRow).order_by(SealRow.number)
    for seal in session.scalars(query.execution_options(yield_per=100, populate_existing=True)):
        if seal.number != walk.number + 1 or seal.first_seq != walk.last_seq + 1:
            yield because("archive.ledger-seal-order", seal=seal.number, before=walk.number)
        if seal.chain != chained(walk.chain, seal.root):
            yield because("archive.ledger-seal-chain", seal=seal.number, before=walk.number)
        held = lines.held(rows.next, head_of(seal, walk.chain), seal.segment)
        if held is None or not rows.has_held(seal.first_seq, seal.last_seq, held):
            yield from _long_way(session, rows, seal, walk.chain, places)
        yield from stamps.faults(session, seal)
        seen.add(seal.segment)
        walk = _Chain(seal.number, seal.last_seq, seal.chain)
    yield from stamps.left_over()
    for store in places:
        try:
            unknown = sorted(set(store.names(f"{FOLDER}/segment-")) - seen)
        except TemporaryError as error:
            yield error.reason
            continue
        for name in unknown:
            yield because("archive.ledger-segment-unknown", store=store.name, name=name)
            for complaint in _cut_off(session, store, name):
                if complaint not in told:
                    told.append(complaint)
                    yield complaint


def _long_way(
    session: Session, rows: _Events, seal: SealRow, chain: str, places: Sequence[Store]
) -> Iterator[Reason]:
    """Read a run event by event, and say what is wrong with it; nothing, when it only looked so."""
    checked = [(row.seq, rows.check(row)) for row in rows.up_to(seal.last_seq)]
    lines = [line for seq, line in checked if line is not None and seq >= seal.first_seq]
    segment = head_of(seal, chain).line() + b"".join(text + b"\n" for text, _ in lines)
    intact = root([hashed for _, hashed in lines]).hex() == seal.root
    if not intact or not _all_have(places, seal.segment, segment):
        yield from _in_detail(session, seal, chain, places)


def _all_have(places: Sequence[Store], name: str, data: bytes) -> bool:
    """Say whether every store has exactly these bytes under the name."""
    try:
        return all(read_whole(store, name) == data for store in places)
    except (NotFoundError, TemporaryError):
        return False


def _in_detail(session: Session, seal: SealRow, chain: str, places: Sequence[Store]) -> Iterator[Reason]:
    """Say what is wrong with a sealed run of events and its segments, event by event."""
    events = _sealed_events(session, seal)
    complaints = list(_segments(seal, chain, events, places))
    yield from complaints
    if _root(events) != seal.root and not any("event" in complaint.params for complaint in complaints):
        yield because("archive.ledger-seal-root", seal=seal.number, first=seal.first_seq, last=seal.last_seq)


def _cut_off(session: Session, store: Store, name: str) -> Iterator[Reason]:
    """Name the events of a segment that the register has no seal for and that it does not have either."""
    try:
        segment = parse(read_whole(store, name), f"{store.name}:{name}")
    except (LedgerError, NotFoundError, TemporaryError):
        return  # it is no segment; the caller has named the file
    numbers = [event.seq for event in segment.events]
    here = set(session.scalars(select(EventRow.seq).where(EventRow.seq.between(min(numbers), max(numbers)))))
    for event in segment.events:
        if event.seq not in here:
            yield because("archive.ledger-event-removed", event=named(event))


def _sealed_events(session: Session, seal: SealRow) -> list[Event]:
    query = (
        select(EventRow)
        .where(EventRow.seq >= seal.first_seq, EventRow.seq <= seal.last_seq)
        .order_by(EventRow.seq)
    )
    events = []
    for row in session.scalars(query.execution_options(populate_existing=True)):
        try:
            events.append(from_row(row))
        except ValueError:
            continue  # named already by the walk over the events
    return events


def _segments(seal: SealRow, chain: str, events: list[Event], places: Sequence[Store]) -> Iterator[Reason]:
    told: list[Reason] = []
    for store in places:
        place = f"{store.name}:{key_of(seal.number)}"
        try:
            data = read_whole(store, seal.segment)
        except NotFoundError:
            yield because("archive.ledger-segment-missing", place=place)
            continue
        except TemporaryError as error:
            yield error.reason
            continue
        stands, segment = standing(data, head_of(seal, chain), place)
        if stands is Standing.CONTRARY:
            yield because("archive.ledger-segment-contrary", place=place, seal=seal.number)
        if stands is Standing.DAMAGED:
            yield _changed(place, data, head_of(seal, chain), events)
        if segment is None or _root(segment.events) != seal.root:
            continue
        for complaint in _differences(segment, events):
            if complaint not in told:
                told.append(complaint)
                yield complaint


def _changed(place: str, data: bytes, head: Head, events: list[Event]) -> Reason:
    """Say that a segment was changed, and at which event first if the register can tell what it was."""
    if _root(events) != head.root:
        return because("archive.ledger-segment-changed", place=place)
    true = Segment(head, tuple(events)).to_bytes().split(b"\n")
    found = data.split(b"\n")
    differs = next(n for n, line in enumerate(true) if n >= len(found) or line != found[n])
    if not 1 <= differs <= len(events):  # the seal's own line, or something behind the last event
        return because("archive.ledger-segment-changed", place=place)
    return because("archive.ledger-segment-changed-at", place=place, event=named(events[differs - 1]))


def _root(events: Sequence[Event]) -> str:
    return root([bytes.fromhex(event.sha256) for event in events]).hex()


def _differences(segment: Segment, events: list[Event]) -> Iterator[Reason]:
    """Name the events in which the register differs from a segment that is proven by its root."""
    here = {event.seq: event for event in events}
    places = {event.canonical(): event.seq for event in events}
    for event in segment.events:
        other = here.get(event.seq)
        if other is None:
            yield because("archive.ledger-event-removed", event=named(event))
        elif other.canonical() != event.canonical():
            if _without_place(event) in {_without_place(e) for e in events if e.seq != event.seq}:
                yield because("archive.ledger-event-moved", event=named(event))
            else:
                yield because("archive.ledger-event-changed", event=named(event))
    sealed = {event.canonical() for event in segment.events}
    for text, seq in places.items():
        if text not in sealed and seq not in {event.seq for event in segment.events}:
            yield because("archive.ledger-event-added", event=named(here[seq]))


def _without_place(event: Event) -> tuple[object, ...]:
    return (event.actor, event.verb, event.object_kind, event.object_id, repr(sorted(event.payload.items())))
