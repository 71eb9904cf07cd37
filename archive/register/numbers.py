"""Numbers people write on labels and in minutes: `<prefix>-<year>-<four digits or more>`, none used twice."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from archive.vietnam import local


def next_number(session: Session, used: InstrumentedAttribute[str], prefix: str, now: datetime) -> str:
    """Return the next number of this year.

    Args:
        session: on the register.
        used: the column that has all numbers there are or were.
        prefix: such as `VM`.
        now: aware time; the year is Vietnam's.
    """
    begin = f"{prefix}-{local(now).year}-"
    found = session.scalars(select(used).where(used.startswith(begin)))
    return f"{begin}{max((int(number.removeprefix(begin)) for number in found), default=0) + 1:04d}"
