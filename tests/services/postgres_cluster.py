"""A private PostgreSQL cluster for tests, and the register on both databases."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

BINARIES = Path("/usr/lib/postgresql/15/bin")


def missing(what: str) -> None:
    """Skip loudly; in CI everything must be there, so there it fails."""
    if os.environ.get("CI"):
        pytest.fail(f"CI has no {what}")
    pytest.skip(f"{what} is not installed: `make setup` does it")


def as_server_user() -> list[str]:
    """PostgreSQL refuses to run as root, so it then runs as its own user."""
    if os.geteuid() != 0:
        return []
    names = {entry.pw_name for entry in pwd.getpwall()}
    return ["setpriv", f"--reuid={'postgres' if 'postgres' in names else 'nobody'}", "--clear-groups", "--"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A running cluster of our own; the SQLAlchemy address of its server (database `postgres`)."""
    if not (BINARIES / "initdb").exists():
        missing("PostgreSQL 15")
    with cluster() as address:
        yield address


@contextmanager
def cluster() -> Iterator[str]:
    """A cluster in a temporary folder that runs while the block does; the SQLAlchemy address of its server."""
    folder = Path(tempfile.mkdtemp(prefix="tangthu-pg-", dir="/tmp"))
    user = as_server_user()
    if user:
        shutil.chown(folder, user[1].removeprefix("--reuid="))
    data, log = folder / "data", folder / "log"
    common = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "cwd": "/"}
    try:
        subprocess.run(
            [
                *user,
                BINARIES / "initdb",
                "-D",
                data,
                "-U",
                "tangthu",
                "--auth=trust",
                "-E",
                "UTF8",
                "--no-sync",
            ],
            **common,  # type: ignore[call-overload]
        )
        # No TCP at all: the socket lies in a folder of our own.
        options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_prepared_transactions=10 -p {free_port()}"
        port = options.rsplit(" ", 1)[1]
        subprocess.run(
            [*user, BINARIES / "pg_ctl", "-D", data, "-l", log, "-w", "-t", "60", "-o", options, "start"],
            **common,  # type: ignore[call-overload]
        )
        yield f"postgresql+psycopg://tangthu@/postgres?host={folder}&port={port}"
    finally:
        subprocess.run(
            [*user, BINARIES / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"],
            check=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
        )
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def database(postgres: str, name: str) -> Iterator[str]:
    """An empty database of that name while the block runs; its SQLAlchemy address."""
    server = create_engine(postgres, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    yield postgres.replace("/postgres?", f"/{name}?")
    with server.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    server.dispose()


@pytest.fixture
def postgres_database(postgres: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty database of its own for one test; its SQLAlchemy address."""
    with database(postgres, f"test_{os.getpid()}_{abs(hash(request.node.nodeid))}") as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def both(house: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The empty archive, once on SQLite and once on PostgreSQL, with tables made by migration."""
    from archive.register import session
    from archive.register.migrate import upgrade

    if request.param == "postgresql":
        session.engine().dispose()
        monkeypatch.setenv("TANGTHU_ARCHIVE__REGISTER_URL", request.getfixturevalue("postgres_database"))
    else:
        # `house` made the tables from the models; here the migrations do it.
        session.engine().dispose()
        for file in (house / "archive").glob("register.db*"):
            file.unlink()
    session._engine.cache_clear()
    upgrade(session.engine())
    yield house
    session.engine().dispose()
    session._engine.cache_clear()
