"""Files overwritten before they are removed: "clear" in the words of NIST SP 800-88.

On copy-on-write file systems and flash media the old blocks may stay; nothing here is a purge.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

BLOCK = 1 << 20


@dataclass(frozen=True)
class Wiped:
    """How many files there were, and how many bytes they had together."""

    files: int
    size: int


def wipe_file(path: Path | str) -> int:
    """Overwrite a file with zeros down to the disk, remove it, and return how many bytes it had.

    Raises:
        OSError: it is not there, or the disk does not answer; call again.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        size = left = os.fstat(descriptor).st_size
        while left > 0:
            left -= os.write(descriptor, bytes(min(BLOCK, left)))
        os.fdatasync(descriptor)  # the zeros; of a file that goes its times need not reach the disk
    finally:
        os.close(descriptor)
    os.unlink(path)  # noqa: PTH108 -- as text: a `Path` costs more than the disk does
    return size


def wipe_folder(place: Path) -> Wiped:
    """Wipe every file below a folder and remove the folder; a folder that is not there has no files.

    Links are removed, never followed. Whether the folder is gone is for the caller to look at.

    Raises:
        OSError: a file could not be overwritten; call again.
    """
    sizes = [wipe_file(path) for path in sorted(place.rglob("*")) if path.is_file() and not path.is_symlink()]
    shutil.rmtree(place, ignore_errors=True)
    return Wiped(len(sizes), sum(sizes))
