"""A folder of this process alone, removed when it is done with, or by the next one when the process was killed."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
import weakref
from pathlib import Path

PREFIX = "tangthu-"
YOUNG_SECONDS = 60.0  # a folder so young may not be locked yet


class PrivateFolder:
    """A new folder, locked while this process lives: the lock, not a process number, says whether it is in use.

    Attributes:
        path: where it is.
    """

    def __init__(self, kind: str) -> None:
        sweep(kind)
        self.path = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{kind}-"))
        lock = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        fcntl.flock(lock, fcntl.LOCK_EX)
        self._tidy = weakref.finalize(self, _remove, self.path, lock, os.getpid())

    def remove(self) -> None:
        """Remove it with everything in it. Safe to call twice; does nothing in a forked child."""
        self._tidy()


def sweep(kind: str) -> None:
    """Remove folders of that kind that a killed process left behind."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}{kind}-*"):
        with contextlib.suppress(OSError):  # another process sweeps too, or it is another user's
            if time.time() - path.stat().st_mtime < YOUNG_SECONDS:
                continue
            lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path, ignore_errors=True)
            finally:
                os.close(lock)


def _remove(path: Path, lock: int, owner: int) -> None:
    if os.getpid() == owner:
        shutil.rmtree(path, ignore_errors=True)
    with contextlib.suppress(OSError):
        os.close(lock)
