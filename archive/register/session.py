"""Open the register. SQLite runs in WAL with one writer at a time; PostgreSQL as it is.

`BEGIN IMMEDIATE` on SQLite: a deferred transaction that turns from reading to writing fails at once,
whatever the busy timeout. Readers say `readonly=True` so that they never wait for a writer.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from archive.settings import ArchiveSettings

PRAGMAS = (
    "busy_timeout=30000",
    "journal_mode=WAL",
    "foreign_keys=ON",
    "synchronous=FULL",
    "secure_delete=ON",
)


def connect(url: str) -> Engine:
    """Return an engine for the register at this SQLAlchemy address; nothing is made here (`migrate.upgrade` does)."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"timeout": 30, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        readonly = connection.get_execution_options().get("readonly", False)
        connection.exec_driver_sql("BEGIN" if readonly else "BEGIN IMMEDIATE")

    return engine


@cache
def _engine(url: str, _pid: int) -> Engine:
    return connect(url)


def engine() -> Engine:
    """Return this process's engine for the configured register; never carried over a fork."""
    return _engine(ArchiveSettings.load().database, os.getpid())


@contextmanager
def transaction(*, on: Engine | None = None) -> Iterator[Session]:
    """Yield a session that commits at the end of the block and rolls back on any error."""
    with Session(on or engine(), expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def reading(*, on: Engine | None = None) -> Iterator[Session]:
    """Yield a session for reading; it never waits for a writer and never commits."""
    with (
        (on or engine()).connect().execution_options(readonly=True) as connection,
        Session(connection) as session,
    ):
        yield session


def forget_deleted(*, on: Engine | None = None) -> bool:
    """Leave no trace of deleted rows in the register's files; say whether that could be done now.

    On SQLite deleted rows are overwritten with zeros (`secure_delete`), but the write-ahead log still holds the
    pages as they were: it is emptied here, unless somebody reads at this moment. Of PostgreSQL nothing is done here,
    False: `archive.register.forgetting.forget` does it, and asks this of SQLite.
    """
    used = on or engine()
    if used.dialect.name != "sqlite":
        return False
    connection = used.raw_connection()
    try:
        cursor = connection.cursor()
        busy, _, _ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy
    finally:
        connection.close()
