"""How much is due by now, so that a round comes through in its period and the load is the same on every day.

Pure arithmetic. A round is a length of road (bytes, or things); each moment owes its share of it. What was owed while
the house stood still, or a store was away, stays owed; how fast it is caught up is limited by a rate.
"""

from __future__ import annotations

from datetime import datetime, timedelta


def owed(total: int, paid_until: datetime, now: datetime, period: timedelta) -> int:
    """Return what is due by now of a round of that length, rounded down; never more than one whole round."""
    if now <= paid_until:
        return 0
    return min(total, int(total * ((now - paid_until) / period)))


def paid(paid_until: datetime, spent: int, total: int, now: datetime, period: timedelta) -> datetime:
    """Return the time up to which the load is done after so much of it was, at the latest now."""
    if total <= 0:
        return now
    # More than a whole round is never owed, so neither is more than a whole period.
    begun = max(paid_until, now - period)
    return min(now, begun + period * (spent / total))
