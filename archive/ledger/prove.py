"""Hand out the proof that one event is in the ledger; checked by `archive/ledger/check_proof.py` alone."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.errors import LedgerError, NotFoundError
from archive.ledger.append import from_row
from archive.ledger.check_proof import faults
from archive.ledger.merkle import FIRST_CHAIN, path
from archive.ledger.rows import EventRow, SealRow
from archive.ledger.stamp import stamp_over
from archive.reason import because

FORMAT = "tangthu-inclusion-proof-2"
"""Since 2 the time-stamp stands in `timestamp`, with the number of the seal it is over."""


def prove(session: Session, seq: int) -> dict[str, Any]:
    """Return the inclusion proof of one event as JSON values.

    It holds the event's canonical text, the audit path to its seal's root (RFC 6962 section 2.1.1), and the
    roots of all later seals, so that the head of the chain can be recomputed and compared with one known
    from elsewhere; and the first time-stamp over its seal or a later one, null while that is owed.

    Raises:
        NotFoundError: there is no such event.
        LedgerError: it is not sealed yet, or the events no longer give the seal's root.
    """
    row = session.get(EventRow, seq)
    if row is None:
        raise NotFoundError(because("archive.no-event", seq=seq))
    seal = session.scalar(select(SealRow).where(SealRow.first_seq <= seq, SealRow.last_seq >= seq))
    if seal is None:
        raise LedgerError(f"event {seq} is not sealed yet; run `tangthu ledger seal` and ask again")
    rows = session.scalars(
        select(EventRow)
        .where(EventRow.seq >= seal.first_seq, EventRow.seq <= seal.last_seq)
        .order_by(EventRow.seq)
    )
    leaves = [bytes.fromhex(from_row(one).sha256) for one in rows]
    before = session.scalar(select(SealRow.chain).where(SealRow.number == seal.number - 1))
    later = session.scalars(select(SealRow.root).where(SealRow.number > seal.number).order_by(SealRow.number))
    head = session.scalar(select(SealRow.chain).order_by(SealRow.number.desc()).limit(1))
    stamp = session.execute(stamp_over(seal.number)).first()
    proof: dict[str, Any] = {
        "format": FORMAT,
        "event": from_row(row).canonical().decode(),
        "leaf": from_row(row).sha256,
        "index": seq - seal.first_seq,
        "size": len(leaves),
        "path": [step.hex() for step in path(leaves, seq - seal.first_seq)],
        "root": seal.root,
        "seal": seal.number,
        "sealed_at": seal.sealed_at.isoformat(),
        "timestamp": {"seal": stamp.number, "token": stamp.timestamp_token} if stamp else None,
        "previous_chain": before or FIRST_CHAIN,
        "chain": seal.chain,
        "later_roots": list(later),
        "head": head,
    }
    try:
        wrong = faults(proof)
    except ValueError as error:  # what stands there as a time-stamp is none
        wrong = [str(error)]
    if wrong:
        raise LedgerError(f"event {seq} cannot be proven: {'; '.join(wrong)}; run `tangthu ledger verify`")
    return proof
