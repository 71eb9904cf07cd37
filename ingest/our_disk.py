"""What our own disk refuses: no fault of whoever sent something, and no answer to them; the work waits."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

from archive.errors import TemporaryError
from archive.reason import because, trouble

FULL_OR_BROKEN = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO})
"""Errors that are our disk's, also where a hostile file is opened: it cannot cause them within its limits."""
TROUBLE = FULL_OR_BROKEN | {errno.EMFILE, errno.ENFILE}
"""Errors that are our disk's or our process's; others may be the file's that was opened."""


ROOM = 256 * 2**20
"""Bytes that must be free for a tool's failure to count as the file's: a tool does not say why it could not write."""


def is_ours(error: Exception) -> bool:
    """Say whether an error is our disk's."""
    return isinstance(error, OSError) and error.errno in TROUBLE


def is_full_or_broken(error: Exception) -> bool:
    """Say whether an error is our disk's, also where a hostile file is read."""
    return isinstance(error, OSError) and error.errno in FULL_OR_BROKEN


def refused(error: OSError) -> TemporaryError:
    """Return what stops the work for now when our disk did not take something."""
    return TemporaryError(because("ingest.quarantine-trouble", trouble=trouble(error)))


def need_room(*folders: Path) -> None:
    """Say when a tool that failed may have failed for want of room.

    Raises:
        TemporaryError: a disk on which one of the folders lies is full, or almost.
    """
    for folder in folders:
        if shutil.disk_usage(folder).free < ROOM:
            raise TemporaryError(because("archive.cannot-write", place=str(folder), trouble="ENOSPC"))


class NewFile:
    """A new file on our disk, for bytes that come from elsewhere while it is written.

    What the disk refuses is a TemporaryError already here: behind a line, the same OSError would pass for the line's.
    """

    def __init__(self, path: Path) -> None:
        with _writing():
            self._file = FileIO(path, "w")

    def write(self, data: bytes | bytearray) -> None:
        """Write all of the data.

        Raises:
            TemporaryError: the disk does not take it.
        """
        left = memoryview(data)
        with _writing():
            while left:
                left = left[self._file.write(left) :]

    def close(self) -> None:
        """Close the file; again is fine."""
        self._file.close()


@contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise refused(error) from error
