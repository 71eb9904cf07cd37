"""Give every store the sealed segments and time-stamps it lacks, and replace those that went bad.

A segment is copied from a store whose copy the register's seal proves, or written from the register's own events
when no store has one and they give the seal's root. A damaged one is put aside, never deleted. A segment that is
whole but tells another history is left where it is: it may be the true one.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.copies import stores
from archive.errors import AlreadyStoredError, NotFoundError, TemporaryError
from archive.ledger.append import read
from archive.ledger.merkle import FIRST_CHAIN, root
from archive.ledger.rows import SealRow
from archive.ledger.segment import Head, Segment, Standing, head_of, key_of, standing
from archive.ledger.stamp import stamp_key, token_of
from archive.stores.interface import Store, read_whole
from archive.workplace import at_work

log = logging.getLogger(__name__)

LOOK_BACK = 20
"""How many of the newest segments `fill` looks for."""


@dataclass(frozen=True)
class Replaced:
    """A damaged segment that was replaced.

    Attributes:
        aside: where the damaged one is now, below the store's folder.
    """

    store: str
    key: str
    aside: str


@dataclass(frozen=True)
class Mended:
    """What was done, and what could not be.

    Attributes:
        written: "store:name" of each segment or time-stamp that was missing.
        troubles: sentences; empty when every store that was looked into is whole now.
    """

    written: tuple[str, ...]
    replaced: tuple[Replaced, ...]
    troubles: tuple[str, ...]


@dataclass
class Work:
    """The stores that still answer, and what was done so far."""

    places: list[Store]
    written: list[str] = field(default_factory=list)
    replaced: list[Replaced] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def trouble(self, told: str, store: Store | None = None) -> None:
        """Note it, and leave a store that does not answer alone from here on."""
        log.warning("%s", told)
        self.troubles.append(told)
        if store is not None:
            self.places.remove(store)

    def done(self) -> Mended:
        """Return what was done."""
        return Mended(tuple(self.written), tuple(self.replaced), tuple(self.troubles))


def fill(session: Session, *, places: Sequence[Store] | None = None) -> Mended:
    """Write the newest segments into stores that were away when they were sealed; cheap, reads only what is copied.

    Call it outside of any writing transaction. A store that does not answer or takes nothing is noted and left.
    """
    newest = list(session.scalars(select(SealRow).order_by(SealRow.number.desc()).limit(LOOK_BACK + 1)))
    rows = list(reversed(newest))
    work = Work(list(stores() if places is None else places))
    for row, head in _heads(rows, whole=len(rows) <= LOOK_BACK):
        missing = [store for store in list(work.places) if is_missing(store, row.segment, work)]
        if missing:
            _put_right(session, head, missing, (), [s for s in work.places if s not in missing], work)
        if row.timestamp_token:
            mend_stamp(row, work, look_into=False)
    return work.done()


def mend(
    session: Session, *, places: Sequence[Store] | None = None, first: int = 1, last: int | None = None
) -> Mended:
    """Read every segment in every store; write what is missing, replace what is damaged.

    Call it outside of any writing transaction. One segment is held in memory at a time.

    Args:
        places: stores instead of the configured ones.
        first, last: numbers of the segments, when not all are to be read.
    """
    work = Work(list(stores() if places is None else places))
    query = select(SealRow).where(SealRow.number >= first - 1).order_by(SealRow.number)
    if last is not None:
        query = query.where(SealRow.number <= last)
    rows = session.scalars(query.execution_options(yield_per=500))
    for row, head in _heads(rows, whole=first <= 1):
        found = {store.name: _standing(store, row.segment, head, work) for store in list(work.places)}
        here = list(work.places)
        missing = [store for store in here if found[store.name] is None]
        damaged = [store for store in here if found[store.name] is Standing.DAMAGED]
        if missing or damaged or Standing.CONTRARY in found.values():
            _put_right(session, head, missing, damaged, here, work)
        if row.timestamp_token:
            mend_stamp(row, work, look_into=True)
    return work.done()


def _heads(rows: Iterable[SealRow], *, whole: bool) -> Iterator[tuple[SealRow, Head]]:
    """Yield each seal with its segment's first line; `whole`: they begin with the first of all."""
    if whole:
        chain = FIRST_CHAIN
        for row in rows:
            yield row, head_of(row, chain)
            chain = row.chain
    else:
        for before, row in pairwise(rows):
            yield row, head_of(row, before.chain)


def mend_stamp(row: SealRow, work: Work, *, look_into: bool) -> None:
    """Give every store the time-stamp of a seal; one that holds something else there has it put aside.

    Nothing is touched when the register's own stamp is not over the seal's chain value: the true one may be theirs.

    Args:
        look_into: read those that are there; otherwise only missing ones are written.
    """
    key, good = stamp_key(row.number), token_of(row)
    if good is None:
        work.trouble(
            f"the register's time-stamp of seal {row.number} is not over it; run `tangthu ledger verify`"
        )
        return
    here = list(work.places)
    missing = [store for store in here if is_missing(store, key, work)]
    others = [store for store in work.places if look_into and store not in missing]
    put(good, key, missing, [store for store in others if _differs(store, key, good, work)], work)


def _differs(store: Store, key: str, good: bytes, work: Work) -> bool:
    try:
        return read_whole(store, key) != good
    except NotFoundError:
        return False
    except TemporaryError as error:
        work.trouble(str(error), store)
        return False


def is_missing(store: Store, key: str, work: Work) -> bool:
    """Say whether a store has nothing under the name; one that does not answer is noted and left alone."""
    try:
        return store.size(key) is None
    except TemporaryError as error:
        work.trouble(str(error), store)
        return False


def _standing(store: Store, key: str, head: Head, work: Work) -> Standing | None:
    """Return what a store has, None when nothing."""
    try:
        return standing(read_whole(store, key), head, f"{store.name}:{key}")[0]
    except NotFoundError:
        return None
    except TemporaryError as error:
        work.trouble(str(error), store)
        return None


def _put_right(
    session: Session,
    head: Head,
    missing: Sequence[Store],
    damaged: Sequence[Store],
    sources: Sequence[Store],
    work: Work,
) -> None:
    key = key_of(head.segment)
    good: bytes | None = None
    for store in sources:
        try:
            data = read_whole(store, key)
        except (NotFoundError, TemporaryError):
            continue
        stands, _ = standing(data, head, f"{store.name}:{key}")
        if stands is Standing.CONTRARY:
            work.trouble(
                f"{store.name}:{key} says another history than the register; nothing of this segment is touched "
                "before somebody has found out which of the two is true"
            )
            return
        if stands is Standing.SOUND:
            good = data
    good = good or _from_register(session, head)
    if good is None:
        work.trouble(f"{key}: no store has a sound copy, and the register's events do not give its root")
        return
    put(good, key, missing, damaged, work)


def put(good: bytes, key: str, missing: Sequence[Store], damaged: Sequence[Store], work: Work) -> None:
    """Write the bytes into stores that lack them; a damaged file is put aside first, never deleted."""
    if not missing and not damaged:
        return
    with at_work("ledger-") as folder:
        file = folder / "file"
        file.write_bytes(good)
        for store in (*missing, *damaged):
            try:
                aside = store.quarantine(key) if store in damaged else ""
                store.put(key, file)
            except TemporaryError as error:
                work.trouble(str(error), store)
            except (AlreadyStoredError, NotFoundError) as error:
                work.trouble(str(error))  # somebody else was at it at the same time
            else:
                if aside:
                    work.replaced.append(Replaced(store.name, key, aside))
                else:
                    work.written.append(f"{store.name}:{key}")


def _from_register(session: Session, head: Head) -> bytes | None:
    try:
        events = tuple(read(session, after=head.first_seq - 1, limit=head.last_seq - head.first_seq + 1))
    except ValueError:
        return None  # a verb that is none: `verify` names it
    if not events or root([bytes.fromhex(event.sha256) for event in events]).hex() != head.root:
        return None
    return Segment(head, events).to_bytes()
