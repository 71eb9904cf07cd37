"""Seal the ledger: a Merkle root over each run of new events, chained, and written to every store.

What is sealed can be read back from the stores when the whole register is lost (`archive.rebuild`). Sealing never
waits for a time-stamping authority: `archive.ledger.stamp` gets the time-stamp afterwards, and until then it is owed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from archive.copies import stores
from archive.errors import AlreadyStoredError, LedgerError, NotFoundError, TemporaryError
from archive.ledger import segment as segments
from archive.ledger.append import read
from archive.ledger.event import unstamp
from archive.ledger.merkle import FIRST_CHAIN
from archive.ledger.rows import SealRow
from archive.ledger.segment import Segment
from archive.ledger.spread import spread
from archive.settings import ArchiveSettings
from archive.stores.interface import Store, read_whole

SEAL_LOCK = 0x7A4E68  # not the append lock: whoever appends need not wait for the stores' disks


def seal(session: Session, *, now: datetime, places: Sequence[Store] | None = None) -> int:
    """Seal every event not sealed yet and return how many those were.

    Call it in a transaction of its own: the events must be committed, since a segment in the stores cannot be
    rolled back. A run killed between the stores and the commit is finished by the next one, with the bytes
    already written. One store that takes the segment is enough; `archive.ledger.mend` gives it to the others.

    Raises:
        TemporaryError: no store took the segment.
        LedgerError: a store holds a segment of that number with other events.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": SEAL_LOCK})
    used = list(stores() if places is None else places)
    total = 0
    while sealed := _seal_one(session, now, used):
        total += sealed
    return total


def _seal_one(session: Session, now: datetime, places: Sequence[Store]) -> int:
    last = session.scalar(select(SealRow).order_by(SealRow.number.desc()).limit(1))
    number = last.number + 1 if last else 1
    after = last.last_seq if last else 0
    chain = last.chain if last else FIRST_CHAIN
    events = list(read(session, after=after, limit=ArchiveSettings.load().seal_after))
    made = _left_behind(session, places, number, after)
    if made is None:
        if not events:
            return 0
        made = segments.make(number, events, chain, now)
    _write(places, segments.key_of(number), made.to_bytes())
    session.add(row_of(made, number))
    session.flush()
    return len(made.events)


def row_of(segment: Segment, number: int) -> SealRow:
    """Return the register's row of a sealed segment."""
    return SealRow(
        number=number,
        first_seq=segment.head.first_seq,
        last_seq=segment.head.last_seq,
        root=segment.head.root,
        chain=segment.head.chain,
        sealed_at=unstamp(segment.head.sealed_at),
        segment=segments.key_of(number),
    )


def _left_behind(session: Session, places: Sequence[Store], number: int, after: int) -> Segment | None:
    """Return the segment a killed run left in a store; its events must be those of the register."""
    for store in places:
        try:
            found = segments.parse(
                read_whole(store, segments.key_of(number)), f"{store.name}:{segments.key_of(number)}"
            )
        except (NotFoundError, TemporaryError):
            continue
        here = list(read(session, after=after, limit=len(found.events)))
        if [e.canonical() for e in here] != [e.canonical() for e in found.events]:
            raise LedgerError(
                f"store {store.name} holds {segments.key_of(number)} with events the register does not have; "
                "the register is older than the stores: run `tangthu rebuild`"
            )
        return found
    return None


def _write(places: Sequence[Store], key: str, data: bytes) -> None:
    try:
        spread(places, key, data)
    except AlreadyStoredError as error:
        raise LedgerError(f"{error}; run `tangthu ledger verify`") from error
