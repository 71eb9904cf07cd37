"""Drop the index and fill it again from the register and the vault; say what it holds in one hash."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import func, select

from archive.ledger.append import read as read_ledger
from archive.ledger.rows import CursorRow, EventRow
from archive.register.session import reading, transaction
from search.choice import open_engine
from search.engine import Engine
from search.errors import OutdatedIndexError, SearchError
from search.follower import TextReader, all_documents, follower, handle, stored_text


@dataclass(frozen=True)
class Rebuilt:
    """What a rebuild did.

    Attributes:
        documents: in the index now.
        seq: the last event of the ledger the index agrees with.
        digest_before: "" when the old index could not be read.
    """

    engine: str
    documents: int
    seq: int
    digest_before: str
    digest_after: str

    @property
    def equal(self) -> bool:
        """Say whether the index had been exactly what the register says."""
        return self.digest_before == self.digest_after


def digest(engine: Engine | None = None) -> str:
    """Return the SHA-256 over all documents of the index by id; the same on both engines."""
    whole = hashlib.sha256()
    for doc in sorted((doc.id, doc.sha256) for doc in (engine or open_engine()).documents()):
        whole.update(f"{doc[0]} {doc[1]}\n".encode())
    return whole.hexdigest()


def rebuild(*, engine: Engine | None = None, read: TextReader = stored_text) -> Rebuilt:
    """Fill the index anew. Readers see the old one until the new one is complete.

    Events that come while it is filled went into the old index, so they are read again afterwards.

    Raises:
        TemporaryError: the engine or a store does not answer; the old index is untouched.
    """
    engine = engine or open_engine()
    before = _digest_if_readable(engine)
    with reading() as session:
        begin = session.scalar(select(func.max(EventRow.seq))) or 0
    engine.refill(all_documents(read=read))
    seq = begin
    while True:
        with reading() as session:
            events = list(read_ledger(session, after=seq, limit=200))
        if not events:
            break
        handle(events, engine=engine, read=read)
        seq = events[-1].seq
    with transaction() as session:
        cursor = session.get(CursorRow, follower.name) or CursorRow(name=follower.name, seq=0)
        cursor.seq = max(cursor.seq, seq)
        session.add(cursor)
    return Rebuilt(engine.name, engine.count(), seq, before, digest(engine))


def renew(engine: Engine | None = None) -> Rebuilt | None:
    """Fill the index anew when this program keeps it otherwise than the one that made it; None when it need not.

    Raises:
        TemporaryError: the engine or a store does not answer.
    """
    engine = engine or open_engine()
    try:
        engine.ensure()
    except OutdatedIndexError:
        return rebuild(engine=engine)
    return None


def _digest_if_readable(engine: Engine) -> str:
    try:
        return digest(engine)
    except SearchError:
        return ""  # damaged, or of another version: the reason to rebuild
