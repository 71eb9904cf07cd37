"""The round through the ledger's segments: as many as are due are read in every store, and put right."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.ledger.mend import Mended, mend
from archive.ledger.rows import SealRow
from archive.register.rolls import Roll
from archive.register.session import reading, transaction
from archive.rolling.pace import owed, paid
from archive.rolling.round import begun
from archive.settings import ArchiveSettings
from archive.stores.interface import Store

log = logging.getLogger(__name__)

NAME = "ledger"
ACTOR = "system:ledger"


def roll_segments(
    now: datetime, *, places: Sequence[Store] | None = None, everything: bool = False
) -> Mended:
    """Read the segments that are due, from where the last run stopped; ledger what was put right, and return it."""
    period = timedelta(days=ArchiveSettings.load().fixity_period_days)
    with transaction() as session:
        row = begun(session, NAME, now)
        row.total = row.things = session.scalar(select(func.count()).select_from(SealRow)) or 0
        if row.position >= row.total:
            row.position = 0
        due = row.total if everything else owed(row.total, row.paid_until, now, period)
        first = 1 if everything else row.position + 1
        last = min(row.total, first + due - 1)
    if due <= 0:
        return Mended((), (), ())
    with reading() as session:
        mended = mend(session, places=places, first=first, last=last)
    with transaction() as session:
        record(session, mended, now=now)
        row = session.get_one(Roll, NAME)
        row.ran_at, row.position = now, last
        row.paid_until = paid(row.paid_until, last - first + 1, row.total, now, period)
        # What an earlier part of this round could not put right stays told until the segment is read again.
        row.troubles = len(mended.troubles) + (row.troubles if first > 1 else 0)
        if last == row.total:
            row.started_at, row.ended_at = now, now
    return mended


def record(session: Session, mended: Mended, *, now: datetime) -> None:
    """Ledger each segment that was replaced or written again, in the caller's transaction."""
    for one in mended.replaced:
        _ledger(session, one.key, {"store": one.store, "was": "damaged", "quarantined": one.aside}, now)
    for place in mended.written:
        store, _, key = place.partition(":")
        _ledger(session, key, {"store": store, "was": "missing"}, now)


def _ledger(session: Session, key: str, payload: dict[str, str], now: datetime) -> None:
    append(session, Verb.REPAIR, actor=ACTOR, kind="ledger", id=key, payload=payload, now=now)
