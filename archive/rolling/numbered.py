"""The round through small files with a number, which are in every store: what is due is read and put right."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from archive.ledger.mend import Mended
from archive.ledger.mended import record
from archive.register.rolls import Roll
from archive.register.session import reading, transaction
from archive.rolling.pace import owed, paid
from archive.rolling.round import begun
from archive.settings import ArchiveSettings


class Mend(Protocol):
    """Reads the files of these numbers in every store, and puts right what is bad."""

    def __call__(self, session: Session, *, first: int, last: int) -> Mended:
        """Return what was done."""
        ...


def roll_numbered(
    name: str, number: InstrumentedAttribute[int], mend: Mend, now: datetime, *, everything: bool
) -> Mended:
    """Read the files that are due, from where the last run stopped; ledger what was put right, and return it.

    Args:
        name: of the round, for its place in the register.
        number: column of the register's table of these files; they are numbered from 1.
        everything: read all of them now.
    """
    period = timedelta(days=ArchiveSettings.load().fixity_period_days)
    with transaction() as session:
        row = begun(session, name, now)
        row.total = row.things = session.scalar(select(func.count(number))) or 0
        if row.position >= row.total:
            row.position = 0
        due = row.total if everything else owed(row.total, row.paid_until, now, period)
        first = 1 if everything else row.position + 1
        last = min(row.total, first + due - 1)
    if due <= 0:
        return Mended((), (), ())
    with reading() as session:
        mended = mend(session, first=first, last=last)
    with transaction() as session:
        record(session, mended, now=now)
        row = session.get_one(Roll, name)
        row.ran_at, row.position = now, last
        row.paid_until = paid(row.paid_until, last - first + 1, row.total, now, period)
        # What an earlier part of this round could not put right stays told until the file is read again.
        row.troubles = len(mended.troubles) + (row.troubles if first > 1 else 0)
        if last == row.total:
            row.started_at, row.ended_at = now, now
    return mended
