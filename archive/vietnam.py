"""The clock and the calendar of Việt Nam. Times are UTC inside; days are counted where the law counts them."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
"""UTC+07:00, no daylight saving since 1975. The one zone of the house; only `ingest.clock` takes one from data."""


def local(at: datetime) -> datetime:
    """Return a time as clocks in Việt Nam show it.

    Args:
        at: aware time.
    """
    return at.astimezone(VIETNAM)


def day_of(at: datetime) -> date:
    """Return the day it is in Việt Nam at that time: from 17:00 UTC on it is the next day already.

    Args:
        at: aware time.
    """
    return local(at).date()
