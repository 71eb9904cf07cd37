"""Whose turn it is to be asked, and how it stands with every way in. Kept in the register, so the doctor sees it too.

One that fails is asked later, and later still, and never keeps the others from being asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError

from archive.register.models import InboxRow
from archive.register.session import reading, transaction
from ingest.inbox_settings import Common

LONGEST_WAIT = timedelta(minutes=10)
BUSY = timedelta(seconds=60)
"""How long a worker that shows no life is believed to be at work; two at once would do no harm, only work twice."""


def due(inboxes: Sequence[Common], now: datetime) -> list[str]:
    """Return the names of those whose turn it is."""
    with reading() as session:
        waiting = set(
            session.scalars(
                select(InboxRow.name).where(or_(InboxRow.not_before > now, InboxRow.busy_until > now))
            )
        )
    return [one.name for one in inboxes if one.name not in waiting]


def begin(name: str, now: datetime) -> bool:
    """Take the turn; False when it is not its turn, or another worker is at it."""
    with reading() as session:
        known = session.get(InboxRow, name) is not None
    if not known:
        try:
            with transaction() as session:
                session.add(InboxRow(name=name))
        except IntegrityError:
            pass  # another worker was faster; the update below says who has the turn
    with transaction() as session:
        taken = session.execute(
            update(InboxRow)
            .where(
                InboxRow.name == name,
                or_(InboxRow.not_before.is_(None), InboxRow.not_before <= now),
                or_(InboxRow.busy_until.is_(None), InboxRow.busy_until <= now),
            )
            .values(asked_at=now, busy_until=now + BUSY)
        )
        return bool(taken.rowcount)  # type: ignore[attr-defined]  # CursorResult at run time


def alive(name: str, waiting: int) -> None:
    """Say that the worker is still at it, and how many messages are still to be taken in."""
    with transaction() as session:
        session.execute(
            update(InboxRow)
            .where(InboxRow.name == name)
            .values(waiting=waiting, busy_until=datetime.now(UTC) + BUSY)
        )


def well(settings: Common, now: datetime) -> None:
    """Note that it answered and everything that could be was taken in."""
    with transaction() as session:
        session.execute(
            update(InboxRow)
            .where(InboxRow.name == settings.name)
            .values(
                well_at=now,
                failures=0,
                error="",
                busy_until=None,
                not_before=now + timedelta(seconds=settings.poll_seconds),
            )
        )


def failed(settings: Common, error: str, now: datetime) -> timedelta:
    """Note why it could not be asked; return how long it is left alone: its interval, doubled for each failure."""
    with transaction() as session:
        row = session.get_one(InboxRow, settings.name)
        row.failures += 1
        row.error = error[:1000]
        row.busy_until = None
        usual = timedelta(seconds=settings.poll_seconds)
        wait: timedelta = max(usual, min(usual * 2 ** min(row.failures, 20), LONGEST_WAIT))
        row.not_before = now + wait
    return wait


def states() -> dict[str, InboxRow]:
    """Return how it stands with every way in that was ever asked, by name."""
    with reading() as session:
        rows = {row.name: row for row in session.scalars(select(InboxRow))}
        session.expunge_all()
    return rows
