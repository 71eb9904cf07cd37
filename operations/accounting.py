"""What parts cost: CPU time and memory of a process with everything it started, read from /proc.

CPU time of a process that ended is not lost: the kernel adds it to its parent once the parent has waited for it.
Memory is resident memory, so pages that forked processes share count once for each of them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Use:
    """What a process and all its descendants use.

    Attributes:
        cpu_seconds: user and system time so far, also of descendants that ended and were waited for.
        rss_bytes: resident memory now.
    """

    cpu_seconds: float
    rss_bytes: int


@dataclass(frozen=True)
class _Process:
    parent: int
    ticks: int
    rss: int


class Account:
    """Adds up looks at one part, also when the part is restarted or a descendant ends that nobody waits for."""

    def __init__(self) -> None:
        self.peak_bytes = 0
        self._before = 0.0
        self._last = 0.0
        self._pid = 0

    @property
    def cpu_seconds(self) -> float:
        """Return the CPU time seen at all looks; it never falls."""
        return self._before + self._last

    @property
    def peak_mib(self) -> int:
        """Return the most resident memory at any look, in MiB."""
        return self.peak_bytes // 2**20

    def add(self, pid: int, use: Use) -> None:
        """Take a look into the account; another process id means that the part was started again."""
        if pid != self._pid:
            self._before, self._last, self._pid = self._before + self._last, 0.0, pid
        if use.cpu_seconds < self._last:  # what was counted is gone: it was spent all the same
            self._before += self._last - use.cpu_seconds
        self._last = use.cpu_seconds
        self.peak_bytes = max(self.peak_bytes, use.rss_bytes)


def use_of(*pids: int) -> dict[int, Use]:
    """Return what each of these processes and its descendants use now, from one look at all processes.

    A process that is not there uses nothing.
    """
    seen = _processes()
    children: dict[int, list[int]] = {}
    for pid, process in seen.items():
        children.setdefault(process.parent, []).append(pid)
    return {pid: _sum(pid, seen, children) for pid in pids}


def memory_mb(pid: int) -> int:
    """Return the resident memory of a process and all its descendants, in MiB."""
    return use_of(pid)[pid].rss_bytes // 2**20


def _sum(top: int, seen: Mapping[int, _Process], children: Mapping[int, list[int]]) -> Use:
    ticks, rss, queue = 0, 0, [top]
    while queue:
        pid = queue.pop()
        if process := seen.get(pid):
            ticks += process.ticks
            rss += process.rss
            queue.extend(children.get(pid, ()))
    return Use(ticks / TICKS, rss)


def _processes() -> dict[int, _Process]:
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            # The name in brackets may hold spaces and brackets itself; numbers come behind the last one.
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended while we looked
        found[int(entry.name)] = _Process(
            int(fields[1]), sum(map(int, fields[11:15])), int(fields[21]) * PAGE
        )
    return found
