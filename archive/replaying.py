"""Ledger events made into register rows again: of a STORE event the package tells what it holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.errors import ArchiveError, TemporaryError
from archive.hashing import sha256_of
from archive.ledger.append import read
from archive.ledger.event import Event, Verb
from archive.ledger.rows import EventRow
from archive.packages.facts import PackageFacts
from archive.packages.reader import read_facts
from archive.register.digest import digest
from archive.register.projection import project
from archive.stores.interface import Store

HASHED_UP_TO = 64 * 1024 * 1024
"""Packages up to this size are hashed before their facts are believed; larger ones are judged by the digest."""


@dataclass(frozen=True)
class Replayed:
    """What replaying came to.

    Attributes:
        digest: of the register at the event asked for, else at the last.
        missing: names of packages no store has; their case files have no documents now.
    """

    digest: str
    missing: tuple[str, ...]


def replay(session: Session, places: Sequence[Store], *, stop_at: int, after: int = 0) -> Replayed:
    """Project the ledger's events into the register, in the caller's transaction.

    Args:
        session: an open transaction; the events are in it.
        places: stores to read packages from.
        stop_at: the event to take the digest at; 0 for the last.
        after: only events with a greater number.
    """
    gone = destroyed(session)
    missing: list[str] = []
    compared = ""
    # Read in batches: PostgreSQL's server-side cursor must not stay open over our own writes.
    while batch := list(read(session, after=after, limit=500)):
        for event in batch:
            facts = None
            if event.verb is Verb.STORE and event.object_id not in gone:
                facts = _facts(event, places)
                if facts is None:
                    missing.append(event.payload["package"]["name"])
            project(session, event, facts)
            if event.seq == stop_at:
                compared = digest(session)
        after = batch[-1].seq
        session.expunge_all()
    return Replayed(compared or digest(session), tuple(missing))


def destroyed(session: Session, *, after: int = 0) -> set[str]:
    """Return the ids of case files that were destroyed by an event after that number."""
    query = select(EventRow.object_id, EventRow.payload).where(
        EventRow.verb == Verb.DESTROY.value, EventRow.seq > after
    )
    return {row.object_id for row in session.execute(query) if row.payload.get("outcome") == "done"}


def _facts(event: Event, places: Sequence[Store]) -> PackageFacts | None:
    """Return what the package says, from the first copy that can be believed; None when there is none."""
    name = event.payload["package"]["name"]
    for store in places:
        try:
            with store.open(name) as stream:
                if event.payload["package"]["size"] <= HASHED_UP_TO:
                    if sha256_of(stream) != event.after_sha256:
                        continue
                    stream.seek(0)
                facts = read_facts(stream)
        except (ArchiveError, TemporaryError, OSError):
            continue
        if facts.case_file_id == event.object_id and facts.name == name:
            return facts
    return None
