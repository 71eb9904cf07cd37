"""How a run of many items goes on: what the parts had spent when so many items were done."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from operations.accounting import Account, use_of


@dataclass(frozen=True)
class Mark:
    """How far a run was, and what had been spent by then.

    Attributes:
        done: items.
        seconds: since the run began.
        cpu_seconds: of all parts together.
    """

    done: int
    seconds: float
    cpu_seconds: float


class Watch:
    """Looks at running parts again and again, and keeps what they spent.

    Attributes:
        accounts: name of a part -> CPU and memory of it.
        before: name of a part -> CPU seconds it had spent when the watch began.
        marks: how far it was at each look.
        peak_mib: most resident memory of all parts together at any look.

    Args:
        pids: returns the process id of each part now; a restarted part has another one.
    """

    def __init__(self, pids: Callable[[], Mapping[str, int]]) -> None:
        self._pids = pids
        self._began = time.monotonic()
        self.accounts: dict[str, Account] = {}
        self.marks: list[Mark] = []
        self.peak_mib = 0
        self._start = self._spent()
        self.before = {name: account.cpu_seconds for name, account in self.accounts.items()}

    def look(self, done: int) -> Mark:
        """Note that so many items are done, and what was spent by now."""
        spent = self._spent() - self._start
        self.marks.append(Mark(done, time.monotonic() - self._began, spent))
        return self.marks[-1]

    def _spent(self) -> float:
        pids = self._pids()
        used = use_of(*pids.values())
        for name, pid in pids.items():
            self.accounts.setdefault(name, Account()).add(pid, used[pid])
        self.peak_mib = max(self.peak_mib, sum(use.rss_bytes for use in used.values()) // 2**20)
        return sum(account.cpu_seconds for account in self.accounts.values())


@dataclass(frozen=True)
class Cost:
    """What one item cost, in wall time and in CPU time."""

    seconds: float
    cpu_seconds: float


def cost(marks: Sequence[Mark], since: float, until: float) -> Cost:
    """Return what an item cost between two shares of the run.

    Args:
        marks: in order; the last one is the end.
        since: share of the items done at which counting begins, 0 to 1; 0 is the start of the run.
        until: share at which it ends; more than `since`.
    """
    last = marks[-1].done

    def at(share: float) -> Mark:
        return next((mark for mark in marks if mark.done >= share * last), marks[-1])

    begin = at(since) if since else Mark(0, 0.0, 0.0)
    end = at(until)
    items = end.done - begin.done
    if items <= 0:
        return Cost(float("nan"), float("nan"))  # too few looks to tell
    return Cost((end.seconds - begin.seconds) / items, (end.cpu_seconds - begin.cpu_seconds) / items)
