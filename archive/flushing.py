"""Names that last: a file that was written is found after a power cut only when its folder was flushed too."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from pathlib import Path

MANY = 64
"""From so many files on the whole file system is flushed once, instead of each file."""
_libc = ctypes.CDLL(None, use_errno=True)


def flush_folder(folder: Path | str) -> None:
    """Bring a folder's names down to the disk.

    Raises:
        OSError: the folder is not there, or the disk does not answer.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def flush_changed(folder: Path, *, since: float) -> None:
    """Bring down to the disk what changed below a folder, files and names.

    Args:
        since: seconds since 1970; what changed before is left alone.

    Raises:
        OSError: the disk does not take it.
    """
    changed = list(_changed(folder, since - 1))  # the clock of the file system is coarser than ours
    if len(changed) > MANY:
        _flush_all(folder)
        return
    for path in changed:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _changed(folder: Path, since: float) -> Iterator[Path]:
    for place, _folders, names in os.walk(folder):
        for path in (*(Path(place, name) for name in names), Path(place)):
            if not path.is_symlink() and path.stat().st_ctime >= since:
                yield path


def _flush_all(folder: Path) -> None:
    """Flush the file system a folder is on (Linux: syncfs)."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if _libc.syncfs(descriptor):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    finally:
        os.close(descriptor)
