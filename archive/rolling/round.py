"""One store's round: what is due there now, taken in batches, and how far the round is when it was read.

Never looked at, and found bad before, comes first and is not counted against the load; then the oldest looks, as many
bytes as are due. A store that does not answer owes its share until it is back.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import chain

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from archive.errors import TangThuError
from archive.register.agreements import MinutesCopy
from archive.register.models import Copy, CopyState
from archive.register.rolls import Roll
from archive.register.session import transaction
from archive.rolling import due as dues
from archive.rolling.due import Due
from archive.rolling.pace import owed, paid
from archive.settings import ArchiveSettings
from archive.stores.interface import Store

COUNTED = timedelta(hours=1)  # a large register is not counted at every run
AGAIN = timedelta(days=1)  # what could not be mended is looked at again after
PROBE = "_ledger/segment-000001.jsonl"


def roll_name(store: str) -> str:
    """Return the name of the round through a store's copies."""
    return f"copies {store}"


def answers(store: Store) -> bool:
    """Say whether a store answers at all."""
    try:
        store.size(PROBE)
    except (TangThuError, OSError):
        return False
    return True


class StoreRound:
    """What one run does in one store.

    Args:
        store: it answers.
        now: aware time of the run.
        everything: read all that was last looked at before `now`, whatever is due.
        seconds: how long the run may take; with the rate it limits what is read.
    """

    def __init__(self, store: Store, now: datetime, *, everything: bool, seconds: float) -> None:
        settings = ArchiveSettings.load()
        self.store = store
        self._now = now
        self._period = timedelta(days=settings.fixity_period_days)
        with transaction() as session:
            row = begun(session, roll_name(store.name), now)
            if everything or row.counted_at is None or now - row.counted_at >= COUNTED:
                count(session, row, store.name, now)
            self._total = row.total
            self._allowed: float = owed(row.total, row.paid_until, now, self._period)
            returned = row.away_since is not None
            row.away_since = None
        self._most = settings.fixity_mb_per_second * 1_000_000 * seconds
        if everything:
            self._allowed = self._most = float("inf")
        retried = now if everything or returned else now - AGAIN
        self._first = chain(dues.never(store.name), dues.bad(store.name, retried))
        self._then = dues.oldest(store.name, now)
        self._next: Due | None = None
        self._read = 0
        self._urgent = True

    def batch(self, copies: int, size: int) -> list[tuple[Due, bool]]:
        """Return the next copies that are due, and whether each counts against the load; empty when none is.

        Args:
            copies: at most so many.
            size: bytes in all, unless the first alone has more.
        """
        taken: list[tuple[Due, bool]] = []
        weight = 0
        while len(taken) < copies and self._read < self._most:
            found = self._peek()
            if found is None or (taken and weight + found[0].size > size):
                break
            self._next = None
            taken.append(found)
            weight += found[0].size
            self._read += found[0].size
            if found[1]:
                self._allowed -= found[0].size
        return taken

    def _peek(self) -> tuple[Due, bool] | None:
        """Return the next copy without taking it; None when what comes next is not due yet."""
        if self._next is None:
            urgent = next(self._first, None) if self._urgent else None
            self._urgent = urgent is not None
            self._counts = not self._urgent
            self._next = urgent or next(self._then, None)
        if self._next is None or (self._counts and self._next.size > self._allowed):
            return None
        return self._next, self._counts

    def done(self, session: Session, spent: int) -> None:
        """Note in the caller's transaction that so many bytes of what was due were read."""
        row = session.get_one(Roll, roll_name(self.store.name))
        row.paid_until = paid(row.paid_until, spent, self._total, self._now, self._period)

    def silent(self, session: Session) -> None:
        """Note that the store stopped answering."""
        note_away(session, self.store.name, self._now)

    def ended(self, session: Session) -> None:
        """Note that this run is over, and the round too when nothing in it was looked at before it began."""
        row = session.get_one(Roll, roll_name(self.store.name))
        row.ran_at = self._now
        left = self._urgent or row.away_since is not None or _left(session, self.store.name, row.started_at)
        if row.things and not left:
            row.ended_at, row.started_at = self._now, self._now


def begun(session: Session, name: str, now: datetime) -> Roll:
    """Return the row of a round; a new one owes nothing yet."""
    row = session.get(Roll, name)
    if row is None:
        row = Roll(name=name, paid_until=now, started_at=now, total=0, things=0, position=0, troubles=0)
        session.add(row)
        session.flush()
    return row


def count(session: Session, row: Roll, store: str, now: datetime) -> None:
    """Write down how long the round through a store is now."""
    found = dues.length(session, store)
    row.total, row.things, row.counted_at = found.size, found.copies, now


def note_away(session: Session, store: str, now: datetime) -> None:
    """Note that a store does not answer; since when, if that is new."""
    row = begun(session, roll_name(store), now)
    row.away_since = row.away_since or now


def _left(session: Session, store: str, before: datetime) -> bool:
    """Say whether a copy is left that was last looked at before that time."""
    kinds: tuple[type[Copy] | type[MinutesCopy], ...] = (Copy, MinutesCopy)
    for kind in kinds:
        old = exists().where(kind.store == store, kind.state != CopyState.ERASED, kind.checked_at < before)
        if session.scalar(select(old)):
            return True
    return False
