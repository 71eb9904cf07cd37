"""Which processes work for a folder, and waiting until they are gone."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path


def processes_of(work: Path) -> list[int]:
    """Return the processes that name the work folder in their command line."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            told = (place / "cmdline").read_bytes()
            tasks = (place / "environ").read_bytes() if os.access(place / "environ", os.R_OK) else b""
        except OSError:
            continue
        if str(work).encode() in told + tasks:
            found.append(int(place.name))
    return found


def until(done: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if done():
            return True
        time.sleep(0.2)
    return done()
