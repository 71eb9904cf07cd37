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
from archive.packages.versions import as_described_now, holds_files
from archive.register.digest import digest
from archive.register.models import Package
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
        taken_back_since: versions that were known at the event asked for and taken back after it
            (`archive.withdrawing`); what they held is nowhere any more, so that digest is not the one of then.
    """

    digest: str
    missing: tuple[str, ...]
    taken_back_since: int = 0


def replay(session: Session, places: Sequence[Store], *, stop_at: int, after: int = 0) -> Replayed:
    """Project the ledger's events into the register, in the caller's transaction.

    Args:
        session: an open transaction; the events are in it.
        places: stores to read packages from.
        stop_at: the event to take the digest at; 0 for the last.
        after: only events with a greater number.
    """
    gone, taken_back = destroyed(session), _taken_back(session)
    missing: list[str] = []
    unread: set[str] = set()
    compared, since = "", 0
    # Read in batches: PostgreSQL's server-side cursor must not stay open over our own writes.
    while batch := list(read(session, after=after, limit=500)):
        for event in batch:
            facts = None
            if event.verb is Verb.STORE and event.object_id not in gone:
                ended = taken_back.get(event.payload["package"]["id"])
                if ended:
                    unread.add(event.payload["package"]["id"])
                    since += event.seq <= stop_at < ended
                elif (facts := _facts(event, places)) is None:
                    missing.append(event.payload["package"]["name"])
            elif _takes_back(event) and event.payload["package_id"] not in unread:
                facts = _former(session, event, places)
            project(session, event, facts)
            if event.seq == stop_at:
                compared = digest(session)
        after = batch[-1].seq
        session.expunge_all()
    return Replayed(compared or digest(session), tuple(missing), since)


def _takes_back(event: Event) -> bool:
    return event.verb is Verb.MIGRATE and event.payload.get("did") == "reversing"


def _taken_back(session: Session) -> dict[str, int]:
    """Return the packages that were taken back -> the event that did it; their bytes are not looked for."""
    query = select(EventRow.seq, EventRow.payload).where(
        EventRow.verb == Verb.MIGRATE.value, EventRow.object_kind == "case-file"
    )
    return {
        row.payload["package_id"]: row.seq
        for row in session.execute(query)
        if row.payload.get("did") == "reversing"
    }


def destroyed(session: Session, *, after: int = 0) -> set[str]:
    """Return the ids of case files that were destroyed by an event after that number."""
    query = select(EventRow.object_id, EventRow.payload).where(
        EventRow.verb == Verb.DESTROY.value, EventRow.seq > after
    )
    return {row.object_id for row in session.execute(query) if row.payload.get("outcome") == "done"}


def _former(session: Session, event: Event, places: Sequence[Store]) -> PackageFacts | None:
    """Return what the versions say that are left when one is taken back; None when no store gives them."""
    query = (
        select(Package)
        .where(Package.case_file_id == event.object_id, Package.id != event.payload["package_id"])
        .order_by(Package.version.desc())
    )
    later: list[PackageFacts] = []
    for package in session.scalars(query):
        facts = _said(package.name, package.sha256, package.size, event.object_id, places)
        if facts is None or holds_files(facts):
            return None if facts is None else as_described_now(facts, later)
        later.append(facts)
    return None


def _facts(event: Event, places: Sequence[Store]) -> PackageFacts | None:
    """Return what the package of a STORE event says."""
    told = event.payload["package"]
    return _said(told["name"], event.after_sha256 or "", told["size"], event.object_id, places)


def _said(
    name: str, sha256: str, size: int, case_file_id: str, places: Sequence[Store]
) -> PackageFacts | None:
    """Return what a package says, from the first copy that can be believed; None when there is none."""
    for store in places:
        try:
            with store.open(name) as stream:
                if size <= HASHED_UP_TO:
                    if sha256_of(stream) != sha256:
                        continue
                    stream.seek(0)
                facts = read_facts(stream)
        except (ArchiveError, TemporaryError, OSError):
            continue
        if facts.case_file_id == case_file_id and facts.name == name:
            return facts
    return None
