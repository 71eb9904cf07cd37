"""One at a time, whichever process asks: a lock the system lets go of when its holder dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.errors import TemporaryError
from archive.reason import because, trouble
from ingest.uploads.errors import UploadBusyError


@contextmanager
def locked(path: Path, *, wait: bool) -> Iterator[None]:
    """Hold the lock `path`, made if missing; its folder must exist.

    Args:
        wait: for whoever holds it; for what takes a moment only.

    Raises:
        UploadBusyError: somebody holds it and we do not wait.
        FileNotFoundError: its folder is gone.
        TemporaryError: the disk refuses.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise TemporaryError(because("ingest.quarantine-trouble", trouble=trouble(error))) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError as error:
            raise UploadBusyError from error
        yield
    finally:
        os.close(descriptor)
