"""Who fails is asked again later, and later still: one part that is down must not take the time of the others.

Kept in memory, for one process. Lost with it, nothing is lost but the wait.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta


class Patience:
    """Remembers, by name, who failed and when to ask again: each failure in a row doubles the wait.

    Args:
        first: wait after the first failure; limit: the longest wait.
    """

    def __init__(self, first: timedelta, limit: timedelta) -> None:
        self._first = first
        self._limit = limit
        self._failures: dict[str, tuple[int, datetime]] = {}

    def waits(self, name: str, now: datetime) -> bool:
        """Say whether it is too early to ask this one again."""
        return name in self._failures and now < self._failures[name][1]

    def failed(self, name: str, now: datetime) -> timedelta:
        """Note a failure; return how long to wait."""
        count = self._failures.get(name, (0, now))[0] + 1
        wait: timedelta = min(self._first * 2 ** min(count - 1, 20), self._limit)
        self._failures[name] = (count, now + wait)
        return wait

    def well(self, name: str) -> None:
        """Note that it answered."""
        self._failures.pop(name, None)

    def forget_others(self, prefix: str, kept: Collection[str]) -> None:
        """Of those whose name begins so, remember only these: the others are gone and will not be asked again."""
        for name in [one for one in self._failures if one.startswith(prefix) and one not in kept]:
            del self._failures[name]
