"""Keep everybody else out of one piece of work while it goes on: an order carried out, the copies of a case file.

On PostgreSQL all machines of the house see the lock (an advisory lock of a connection of its own). With SQLite there
is one machine, and it is a locked file. Either goes with the process that holds it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from archive.errors import TemporaryError
from archive.reason import Reason, because, trouble
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
    with alone_each((work,)) as busy:
        if busy:
            raise TemporaryError(busy[work])
        yield


@contextmanager
def alone_each(works: Sequence[str]) -> Iterator[dict[str, Reason]]:
    """Hold the locks on many pieces of work at once; yield those somebody else is at already, with the reason.

    They are held by one connection, or by one open file each: some hundreds are a good number.

    Raises:
        TemporaryError: no lock can be taken (disk, database).
    """
    used = engine()
    with _in_database(used, works) if used.dialect.name == "postgresql" else _in_files(works) as busy:
        yield {work: because("archive.busy", work=work) for work in busy}


@contextmanager
def _in_database(used: Engine, works: Sequence[str]) -> Iterator[list[str]]:
    keys = [int.from_bytes(hashlib.sha256(work.encode()).digest()[:8], signed=True) for work in works]
    with used.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        taken = connection.execute(
            text("SELECT key, pg_try_advisory_lock(key) FROM unnest(CAST(:keys AS bigint[])) AS asked(key)"),
            {"keys": keys},
        )
        got = {key for key, mine in taken if mine}
        try:
            yield [work for work, key in zip(works, keys, strict=True) if key not in got]
        finally:
            with suppress(DBAPIError):  # the connection is gone, and the locks with it
                connection.execute(
                    text("SELECT pg_advisory_unlock(key) FROM unnest(CAST(:keys AS bigint[])) AS mine(key)"),
                    {"keys": list(got)},
                )


@contextmanager
def _in_files(works: Sequence[str]) -> Iterator[list[str]]:
    busy: list[str] = []
    folder = ArchiveSettings.load().data / "locks"
    with ExitStack() as stack:
        for work in works:
            try:
                stack.enter_context(_in_a_file(folder, work))
            except BlockingIOError:
                busy.append(work)
        yield busy


@contextmanager
def _in_a_file(folder: Path, work: str) -> Iterator[None]:
    # The name may hold an id from outside, which must not become a path.
    path = folder / f"{hashlib.sha256(work.encode()).hexdigest()}.lock"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = _locked(path)
    except BlockingIOError:
        raise
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
