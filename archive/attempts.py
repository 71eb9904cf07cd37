"""Guessing is slow: wrong passwords are counted per account, and each makes the next try wait longer.

Threat: somebody at an open session, or outside, tries passwords one after another. The count is written in a
transaction of its own, so a request that is refused and taken back is counted all the same; it survives restarts and
is one for all instances. Several tries at the very same moment may each be looked at once, as many as a house has
threads. Accepted risk: whoever knows an account's name can make its owner wait; so waits have an end, and the ledger
says who waits.

The numbers are ours; no law read so far gives any.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from archive.ledger.append import append
from archive.ledger.event import Verb, stamp
from archive.register.attempts import PasswordAttempts
from archive.register.session import reading, transaction

FREE = 3
"""So many wrong passwords cost no wait."""
FIRST_WAIT = timedelta(seconds=30)
FORGOTTEN_AFTER = timedelta(days=1)
ACTOR = "system:portal"


class Purpose(StrEnum):
    """What a password is asked for. Counted apart: nobody at the login page keeps a head from deciding."""

    LOGIN = "login"
    DECISION = "decision"
    CODE = "code"  # one-time codes of a second factor


LONGEST = {
    Purpose.LOGIN: timedelta(minutes=15),
    Purpose.DECISION: timedelta(hours=1),
    Purpose.CODE: timedelta(hours=1),
}


def wait_after(failures: int, purpose: Purpose) -> timedelta:
    """Return how long the next try waits after so many wrong ones in a row: none, 30 s, doubling, up to a longest."""
    if failures < FREE:
        return timedelta()
    doubled: timedelta = FIRST_WAIT * 2 ** min(failures - FREE, 20)
    return min(doubled, LONGEST[purpose])


def not_before(account: str, purpose: Purpose, *, now: datetime) -> datetime | None:
    """Return when the account's next try is looked at; None when that is now."""
    with reading() as session:
        return not_before_in(session, account, purpose, now=now)


def not_before_in(session: Session, account: str, purpose: Purpose, *, now: datetime) -> datetime | None:
    """Return the same as `not_before`, as an open transaction sees it."""
    row = session.get(PasswordAttempts, (account, purpose.value), populate_existing=True)
    return row.not_before if row is not None and row.not_before and row.not_before > now else None


def was_wrong(account: str, purpose: Purpose, *, now: datetime) -> datetime | None:
    """Count a wrong password, and return when the next try is looked at; None for at once.

    The first wait of a row of wrong ones, and the first of the longest, are written into the ledger.
    """
    with transaction() as session:
        return was_wrong_in(session, account, purpose, now=now)


def was_wrong_in(session: Session, account: str, purpose: Purpose, *, now: datetime) -> datetime | None:
    """Count as `was_wrong`, in an open transaction: whoever opened it must let it commit."""
    key = (account, purpose.value)
    row = session.get(PasswordAttempts, key, with_for_update=True, populate_existing=True)
    if row is None:
        row = PasswordAttempts(account=account, purpose=purpose.value, failures=0, last_at=now)
        session.add(row)
    if now - row.last_at > FORGOTTEN_AFTER:
        row.failures = 0
    before = wait_after(row.failures, purpose)
    row.failures, row.last_at = row.failures + 1, now
    wait = wait_after(row.failures, purpose)
    row.not_before = now + wait if wait else None
    if wait > before and (not before or wait == LONGEST[purpose]):
        append(
            session,
            Verb.RIGHTS_CHANGE,
            actor=ACTOR,
            kind="account",
            id=account,
            payload={
                "right": purpose.value,
                "wrong_passwords": row.failures,
                "not_before": stamp(now + wait),
            },
            now=now,
        )
    return row.not_before


def was_right(account: str, purpose: Purpose) -> None:
    """Forget the wrong passwords before a right one."""
    with reading() as session:
        if session.get(PasswordAttempts, (account, purpose.value)) is None:
            return
    with transaction() as session:
        was_right_in(session, account, purpose)


def was_right_in(session: Session, account: str, purpose: Purpose) -> None:
    """Forget as `was_right`, in an open transaction."""
    session.execute(
        delete(PasswordAttempts).where(
            PasswordAttempts.account == account, PasswordAttempts.purpose == purpose.value
        )
    )


def waiting(*, now: datetime) -> list[tuple[str, str, datetime]]:
    """Return (account, purpose, when) of everybody whose next try waits, the longest first."""
    query = (
        select(PasswordAttempts)
        .where(PasswordAttempts.not_before > now)
        .order_by(PasswordAttempts.not_before.desc())
        .limit(50)
    )
    with reading() as session:
        return [
            (row.account, row.purpose, row.not_before) for row in session.scalars(query) if row.not_before
        ]
