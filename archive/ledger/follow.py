"""Follow the ledger: derived things (index, retention dates) read on from a cursor, exactly in order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import entry_points

from sqlalchemy.orm import Session

from archive.ledger.append import read
from archive.ledger.event import Event
from archive.ledger.rows import CursorRow
from archive.register.session import reading, transaction

GROUP = "tangthu.followers"


@dataclass(frozen=True)
class Follower:
    """Somebody who reads the ledger.

    Attributes:
        name: of its cursor.
        handle: takes a batch of events in order, outside any transaction (slow work must not keep the
            register's write lock); must be safe to run twice on the same events, because the cursor moves
            only after it returned.
    """

    name: str
    handle: Callable[[list[Event]], None]


def followers() -> list[Follower]:
    """Return every follower installed, by name (entry-point group `tangthu.followers`)."""
    return [point.load() for point in sorted(entry_points(group=GROUP), key=lambda point: point.name)]


def follow(follower: Follower, *, batch: int = 200) -> int:
    """Hand the follower all events it has not seen; return how many those were."""
    seen = 0
    while True:
        with reading() as session:
            cursor = session.get(CursorRow, follower.name)
            events = list(read(session, after=cursor.seq if cursor else 0, limit=batch))
        if not events:
            return seen
        follower.handle(events)
        with transaction() as session:
            row = session.get(CursorRow, follower.name) or CursorRow(name=follower.name, seq=0)
            row.seq = max(row.seq, events[-1].seq)
            session.add(row)
        seen += len(events)


def reset(session: Session, name: str) -> None:
    """Make a follower read from the beginning again."""
    cursor = session.get(CursorRow, name)
    if cursor is not None:
        cursor.seq = 0
