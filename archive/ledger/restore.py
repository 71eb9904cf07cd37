"""Give a register that lost its ledger the sealed events and their time-stamps back, from the files in the stores."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.errors import LedgerError, NotFoundError, TemporaryError
from archive.ledger.append import read, to_row
from archive.ledger.merkle import FIRST_CHAIN, chained, root
from archive.ledger.rows import EventRow, SealRow
from archive.ledger.seal import row_of
from archive.ledger.segment import FOLDER, Segment, key_of, parse
from archive.ledger.stamp import PREFIX, stamp_key
from archive.stores.interface import Store, read_whole
from archive.timestamps.ask import judge
from archive.timestamps.judge import Judge, Judgement


def restore_from_segments(session: Session, places: Sequence[Store]) -> int:
    """Write the events and seals the register lacks; return how many events those were.

    A segment is believed when its events give its root and its root follows in the chain; a store whose
    segment is damaged is passed over for the next.

    Raises:
        LedgerError: no store has a believable segment of some number, or an event of the register is not the
            sealed one: somebody changed the register; `tangthu ledger verify` names what.
    """
    known = set(session.scalars(select(SealRow.number)))
    chain, last_seq, restored = FIRST_CHAIN, 0, 0
    for number in range(1, _count(places, max(known, default=0)) + 1):
        if number in known:
            row = session.get_one(SealRow, number)
            chain, last_seq = row.chain, row.last_seq
            continue
        segment = _believable(places, number, chain, last_seq)
        restored += _write(session, segment, number)
        chain, last_seq = segment.head.chain, segment.head.last_seq
    _restore_stamps(session, places)
    return restored


def _restore_stamps(session: Session, places: Sequence[Store]) -> None:
    """Give seals without a time-stamp the one a store has beside their segment.

    One that the trusted roots do not vouch for (or nobody could: no roots are set) is taken when it is over the seal's
    chain value, and `tangthu ledger verify` says what it is worth.
    """
    held = {number for store in places for number in _stamped(store)}
    if not held:
        return
    by = judge()
    query = select(SealRow).where(SealRow.timestamp_token == "").order_by(SealRow.number)
    for row in session.scalars(query):
        if row.number in held:
            found = _stamp(places, row, by)
            if found is not None and found.token is not None:
                row.timestamp_token = base64.b64encode(found.token.der).decode()
                row.stamped_at, row.stamp_until = found.token.at, found.until
    session.flush()


def _stamped(store: Store) -> Iterator[int]:
    """Yield the numbers of the seals a store has a time-stamp of."""
    try:
        for name in store.names(PREFIX):
            number = name.removeprefix(PREFIX).removesuffix(".tst")
            if number.isdecimal():
                yield int(number)
    except TemporaryError:
        return  # another store has them


def _stamp(places: Sequence[Store], row: SealRow, by: Judge) -> Judgement | None:
    """Return a store's stamp over a seal's chain value: a good one if there is one."""
    second = None
    for store in places:
        try:
            found = by.judge(read_whole(store, stamp_key(row.number)), bytes.fromhex(row.chain))
        except (NotFoundError, TemporaryError):
            continue
        if found.good:
            return found
        if found.token is not None and found.token.imprint.hex() == row.chain:
            second = second or found
    return second


def _count(places: Sequence[Store], at_least: int) -> int:
    numbers = [at_least]
    silent = 0
    for store in places:
        try:
            for name in store.names(f"{FOLDER}/segment-"):
                numbers.append(int(name.removeprefix(f"{FOLDER}/segment-").removesuffix(".jsonl")))
        except TemporaryError:
            silent += 1
        except ValueError as error:
            raise LedgerError(f"store {store.name} holds a strange name below {FOLDER}: {error}") from error
    if silent == len(places):
        raise TemporaryError("no store answers, so the sealed ledger cannot be read; mend one and try again")
    return max(numbers)


def _believable(places: Sequence[Store], number: int, chain: str, last_seq: int) -> Segment:
    troubles = []
    for store in places:
        place = f"{store.name}:{key_of(number)}"
        try:
            segment = parse(read_whole(store, key_of(number)), place)
        except (NotFoundError, TemporaryError, LedgerError) as error:
            troubles.append(str(error))
            continue
        top = root([bytes.fromhex(event.sha256) for event in segment.events]).hex()
        expected = list(range(last_seq + 1, last_seq + 1 + len(segment.events)))
        if (top, chained(chain, top)) != (segment.head.root, segment.head.chain):
            troubles.append(f"{place} does not follow in the chain")
        elif [event.seq for event in segment.events] != expected:
            troubles.append(f"{place}: its events do not follow event {last_seq}")
        else:
            return segment
    raise LedgerError(f"segment {number} of the ledger cannot be restored: " + "; ".join(troubles))


def _write(session: Session, segment: Segment, number: int) -> int:
    here = session.scalar(select(func.max(EventRow.seq))) or 0
    for mine in read(session, after=segment.head.first_seq - 1, limit=len(segment.events)):
        sealed = segment.events[mine.seq - segment.head.first_seq]
        if mine.canonical() != sealed.canonical():
            raise LedgerError(
                f"event {mine.seq} in the register is not the one sealed in the stores; "
                "find out who changed it (`tangthu ledger verify`) before anything is rebuilt"
            )
    missing = [event for event in segment.events if event.seq > here]
    session.add_all(to_row(event) for event in missing)
    session.add(row_of(segment, number))
    session.flush()
    return len(missing)
