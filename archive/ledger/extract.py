"""Hand out many events with the proof that they are in the ledger; checked by `archive/ledger/check_proof.py` alone.

One file for all of them: what they share (seals, roots of the chain, time-stamps) stands there once, so that it grows
with the events and not with the events times the seals.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.errors import LedgerError
from archive.ledger.append import from_row
from archive.ledger.check_proof import EXTRACT, chains_of, event_faults
from archive.ledger.event import stamp
from archive.ledger.merkle import FIRST_CHAIN, levels, path_in
from archive.ledger.rows import EventRow, SealRow
from archive.ledger.stamp import stamp_over


@dataclass(frozen=True)
class _Seal:
    number: int
    first: int
    last: int
    sealed_at: datetime


def write_extract(session: Session, seqs: Iterable[int], out: IO[str]) -> int:
    """Write the events with their proofs as JSON and return how many there are; memory grows with the seals only.

    Args:
        session: on the register, for this alone: what it has read is let go.
        seqs: numbers of the events, each sealed.
        out: where the JSON goes.

    Raises:
        LedgerError: an event is not there or not sealed yet, or the events no longer give the seal's root.
    """
    wanted = sorted(set(seqs))
    seals = _seals(session, wanted)
    first = seals[0].number if seals else 0
    roots = list(
        session.scalars(select(SealRow.root).where(SealRow.number >= first).order_by(SealRow.number))
        if seals
        else ()
    )
    before = session.scalar(select(SealRow.chain).where(SealRow.number == first - 1)) or FIRST_CHAIN
    told, tokens = [], {}
    for seal in seals:
        stamped = session.execute(stamp_over(seal.number)).first()
        if stamped:
            tokens[str(stamped.number)] = stamped.timestamp_token
        told.append(
            {
                "seal": seal.number,
                "sealed_at": stamp(seal.sealed_at),
                "stamped_by": stamped.number if stamped else None,
            }
        )
    shared: dict[str, Any] = {
        "format": EXTRACT,
        "first_seal": first,
        "previous_chain": before,
        "roots": roots,
        "head": chains_of(before, roots)[-1] if roots else FIRST_CHAIN,
        "seals": told,
        "timestamps": tokens,
    }
    out.write(json.dumps(shared, ensure_ascii=False, indent=1)[:-2] + ',\n "events": [')
    count = 0
    for proof in _events(session, wanted, seals):
        if wrong := event_faults(proof, roots[proof["seal"] - first]):
            raise LedgerError(f"an event cannot be proven: {'; '.join(wrong)}; run `tangthu ledger verify`")
        out.write(("," if count else "") + "\n  " + json.dumps(proof, ensure_ascii=False))
        count += 1
    out.write("\n ]\n}\n")
    return count


def _seals(session: Session, wanted: Sequence[int]) -> list[_Seal]:
    """Return the seals over these events, in order."""
    found: list[_Seal] = []
    for seq in wanted:
        if found and seq <= found[-1].last:
            continue
        query = select(SealRow.number, SealRow.first_seq, SealRow.last_seq, SealRow.sealed_at)
        row = session.execute(query.where(SealRow.first_seq <= seq, SealRow.last_seq >= seq)).first()
        if row is None:
            raise LedgerError(f"event {seq} is not sealed yet; run `tangthu ledger seal` and ask again")
        found.append(_Seal(*row))
    return found


def _events(session: Session, wanted: Sequence[int], seals: Sequence[_Seal]) -> Iterator[dict[str, Any]]:
    """Yield each event with its path to its seal's root; one seal's events are in memory at a time."""
    for seal in seals:
        query = select(EventRow).where(EventRow.seq >= seal.first, EventRow.seq <= seal.last)
        events = [from_row(row) for row in session.scalars(query.order_by(EventRow.seq))]
        session.expunge_all()
        tree = levels([bytes.fromhex(event.sha256) for event in events])
        for seq in wanted[bisect_left(wanted, seal.first) : bisect_right(wanted, seal.last)]:
            place = seq - seal.first
            yield {
                "event": events[place].canonical().decode(),
                "leaf": events[place].sha256,
                "seal": seal.number,
                "index": place,
                "size": len(events),
                "path": [step.hex() for step in path_in(tree, place)],
            }
