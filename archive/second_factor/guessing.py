"""Guessing a code is slow: wrong ones are counted under the lock under which they are looked at.

So of several tries at the very same moment no more are looked at than one after another would be.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from archive import attempts
from archive.attempts import Purpose
from archive.ledger.event import stamp
from archive.reason import Reason, because


def counted(
    session: Session, account: str, look: Callable[[], Reason | None], *, now: datetime
) -> Reason | None:
    """Look at a code unless its account has to wait, count how it was, and return what is against it.

    Args:
        session: an open transaction that holds the account's second factor locked, and commits whatever is returned.
        account: whose code.
        look: what is against the code; None when it is right.
        now: aware time.
    """
    until = attempts.not_before_in(session, account, Purpose.CODE, now=now)
    if until is not None:
        return because("archive.code-waits", until=stamp(until))
    against = look()
    if against is None:
        attempts.was_right_in(session, account, Purpose.CODE)
        return None
    until = attempts.was_wrong_in(session, account, Purpose.CODE, now=now)
    if until is not None:
        return because("archive.code-wrong-waits", why=against, until=stamp(until))
    return against
