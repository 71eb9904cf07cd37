"""Holds that are placed while a holder is at work on many case files save those it has not come to yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime

from sqlalchemy import select

from archive.holders import Target
from archive.holds import active_holds
from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.register.models import CaseFile
from archive.register.session import engine, reading
from archive.vietnam import day_of


def not_held_meanwhile(targets: Iterable[Target], after: int, now: datetime) -> Iterator[Target]:
    """Yield the targets, each unless a hold stops it at the moment it is taken.

    This is the look without a lock, right before the bytes go: it saves copies, and decides nothing. What is left out
    here is judged, under the lock, before the next holder is asked.

    Args:
        targets: free of holds at that event.
        after: number of the event; only if a hold was placed later, the holds are looked at.
        now: aware time.
    """
    used = engine()
    placed = select(EventRow.seq).where(EventRow.verb == Verb.HOLD.value, EventRow.seq > after).limit(1)
    # Asked before each of them, so straight of the driver.
    sql = str(placed.compile(used, compile_kwargs={"literal_binds": True}))
    with closing(used.raw_connection()) as connection:
        cursor = connection.cursor()
        for target in targets:
            cursor.execute(sql)
            some = cursor.fetchone()
            connection.rollback()  # the next look is to see what was placed by then
            if some is None or not _held(target.case_file_id, now):
                yield target


def _held(case_file_id: str, now: datetime) -> bool:
    with reading() as session:
        return bool(active_holds(session, session.get_one(CaseFile, case_file_id), day_of(now)))
