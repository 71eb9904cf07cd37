"""Keep everybody else out of one piece of work while it goes on: an order carried out, the copies of a case file.

On PostgreSQL all machines of the house see the lock (an advisory lock of a connection of its own). With SQLite there
is one machine, and it is a locked file. Either goes with the process that holds it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from archive.errors import TemporaryError
from archive.reason import because, trouble
from archive.register.session import engine
from archive.settings import ArchiveSettings


def work_on_copies(case_file_id: str) -> str:
    """Return the name of the work on the copies of a case file: a repair and an erasure exclude each other."""
    return f"the copies of case file {case_file_id}"


@contextmanager
def alone(work: str) -> Iterator[None]:
    """Hold the lock on a piece of work; it keeps no transaction open and stops no writer of the register.

    Args:
        work: names it, the same everywhere, such as "order <id>"; shown to whoever comes second.

    Raises:
        TemporaryError: somebody is at it already; or the lock cannot be taken (disk, database).
    """
    used = engine()
    with _in_database(used, work) if used.dialect.name == "postgresql" else _in_a_file(work):
        yield


@contextmanager
def _in_database(used: Engine, work: str) -> Iterator[None]:
    key = {"key": int.from_bytes(hashlib.sha256(work.encode()).digest()[:8], signed=True)}
    with used.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), key):
            raise _busy(work)
        try:
            yield
        finally:
            with suppress(DBAPIError):  # the connection is gone, and the lock with it
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)


@contextmanager
def _in_a_file(work: str) -> Iterator[None]:
    folder = ArchiveSettings.load().data / "locks"
    # The name may hold an id from outside, which must not become a path.
    path = folder / f"{hashlib.sha256(work.encode()).hexdigest()}.lock"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = _locked(path)
    except BlockingIOError as error:
        raise _busy(work) from error
    except OSError as error:
        raise TemporaryError(
            because("archive.cannot-write", place=str(folder), trouble=trouble(error))
        ) from error
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)


def _locked(path: Path) -> int:
    """Return the locked file, made anew when the one before was removed in the moment it was opened."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with suppress(FileNotFoundError):
                if path.stat().st_ino == os.fstat(descriptor).st_ino:
                    return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _busy(work: str) -> TemporaryError:
    return TemporaryError(because("archive.busy", work=work))
