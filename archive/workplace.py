"""The vault's own work folder, beside the register: what is written there first, before the stores take it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.errors import TemporaryError
from archive.settings import ArchiveSettings


def workplace() -> Path:
    """Return the work folder; it need not exist."""
    return ArchiveSettings.load().data / "work"


@contextmanager
def at_work(prefix: str) -> Iterator[Path]:
    """Give a folder of its own below the work folder, and remove it afterwards with all that is in it.

    Args:
        prefix: how its name begins, so that what a killed process left can be found.

    Raises:
        TemporaryError: the disk is full or broken, also while the caller writes there.
    """
    try:
        workplace().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=prefix, dir=workplace()) as folder:
            yield Path(folder)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)
        raise TemporaryError(
            f"the work folder {workplace()} cannot be used: {why}; free space, then try again"
        ) from error
