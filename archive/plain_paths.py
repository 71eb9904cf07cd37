"""Places on a disk as text, for those who look at hundreds of thousands: a `Path` costs more than the disk does.

What a disk does not answer is raised, never taken for "nothing is there".
"""

# ruff: noqa: PTH106, PTH116, PTH118, PTH120, PTH208

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

ABSENT = (FileNotFoundError, NotADirectoryError)


def below(folder: Path | str, *parts: str) -> str:
    """Return a place below a folder."""
    return os.path.join(folder, *parts)


def folder_of(place: str) -> str:
    """Return the folder a place is in."""
    return os.path.dirname(place)


def is_there(place: str) -> bool:
    """Say whether there is something, through links.

    Raises:
        OSError: the disk does not answer.
    """
    try:
        os.stat(place)
    except ABSENT:
        return False
    return True


def is_folder(place: str) -> bool:
    """Say whether there is a folder, through links.

    Raises:
        OSError: the disk does not answer.
    """
    try:
        return stat.S_ISDIR(os.stat(place).st_mode)
    except ABSENT:
        return False


def size_of(place: str) -> int | None:
    """Return the size of a file in bytes, through links; None when nothing is there.

    Raises:
        OSError: the disk does not answer.
    """
    try:
        return os.stat(place).st_size
    except ABSENT:
        return None


def is_real_folder(place: str) -> bool:
    """Say whether there is a folder, and no link to one.

    Raises:
        OSError: the disk does not answer.
    """
    try:
        return stat.S_ISDIR(os.lstat(place).st_mode)
    except (*ABSENT, ValueError):  # a name with a NUL is none
        return False


def listed(place: str | Path) -> list[str]:
    """Return the names in a folder, in no order; none when it is not there or no folder.

    Raises:
        OSError: the disk does not answer.
    """
    try:
        return os.listdir(place)
    except ABSENT:
        return []


def drop_empty(place: str, root: Path | str) -> str:
    """Remove a folder below a root and those above it, as long as they are empty or gone; return the first that stays.

    The root stays in any case.

    Raises:
        OSError: the disk does not answer.
    """
    end = str(root)
    while place != end:
        try:
            os.rmdir(place)
        except FileNotFoundError:
            pass
        except OSError as error:
            if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
                return place
            raise
        place = os.path.dirname(place)
    return place
