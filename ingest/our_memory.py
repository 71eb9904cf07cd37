"""Tells a lack of memory of our own from a fault of a file."""

from __future__ import annotations

import errno
import resource
from pathlib import Path

ENOUGH = 0.75
"""Share of the address space this process may have; with more in use it does not take another file."""


def is_short_of_memory(error: BaseException) -> bool:
    """Say whether our own limit of memory made a job fail.

    A library loaded late that finds no room says so in words only: those of glibc's `dlopen`, as pymediainfo and the
    import system pass them on.
    """
    if isinstance(error, MemoryError):
        return True
    if not isinstance(error, OSError | ImportError):
        return False
    said = str(error).lower()
    no_room = "failed to map segment" in said or "cannot allocate memory" in said
    return no_room or getattr(error, "errno", None) == errno.ENOMEM


def is_nearly_short() -> bool:
    """Say whether this process has used most of the address space it may have (`RLIMIT_AS`)."""
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    return limit != resource.RLIM_INFINITY and pages * resource.getpagesize() > ENOUGH * limit
