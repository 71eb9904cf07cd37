"""Follow the ledger: derived things (index, retention dates) read on from a cursor, exactly in order."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import entry_points

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.errors import TemporaryError
from archive.ledger.append import read
from archive.ledger.event import Event
from archive.ledger.rows import CursorRow, EventRow
from archive.patience import Patience
from archive.register.session import reading, transaction

log = logging.getLogger(__name__)

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


@dataclass(frozen=True)
class Progress:
    """What came of letting all followers read on.

    Attributes:
        seen: how many events were handed out and taken.
        failed: follower -> why it could not go on; its cursor stands where it stood.
        waiting: followers that failed before and are not asked yet.
    """

    seen: int
    failed: Mapping[str, Exception]
    waiting: tuple[str, ...] = ()


def follow_all(
    *, patience: Patience, now: datetime, who: Sequence[Follower] | None = None, batch: int = 200
) -> Progress:
    """Let every follower read what is new; one that fails is named and does not stop the others."""
    seen, failed, waiting = 0, dict[str, Exception](), []
    for follower in followers() if who is None else who:
        if patience.waits(follower.name, now):
            waiting.append(follower.name)
            continue
        try:
            seen += follow(follower, batch=batch)
        except Exception as error:  # whatever it is, it is this follower's trouble; the caller reports it
            wait = patience.failed(follower.name, now)
            kind = "cannot go on now" if isinstance(error, TemporaryError) else "is broken"
            log.warning("follower %s %s, asked again in %s: %s", follower.name, kind, wait, error)
            failed[follower.name] = error
        else:
            patience.well(follower.name)
    return Progress(seen, failed, tuple(waiting))


@dataclass(frozen=True)
class Lag:
    """How far a follower is behind the ledger.

    Attributes:
        events: not read yet.
        since: when the oldest of them happened; None when there is none.
    """

    events: int
    since: datetime | None


def behind(session: Session) -> dict[str, Lag]:
    """Return follower -> how far it is behind."""
    cursors = {row.name: row.seq for row in session.scalars(select(CursorRow))}
    found: dict[str, Lag] = {}
    for follower in followers():
        unread = select(func.count(), func.min(EventRow.at)).where(
            EventRow.seq > cursors.get(follower.name, 0)
        )
        count, since = session.execute(unread).one()
        found[follower.name] = Lag(count, since)
    return found


def reset(session: Session, name: str) -> None:
    """Make a follower read from the beginning again."""
    cursor = session.get(CursorRow, name)
    if cursor is not None:
        cursor.seq = 0
