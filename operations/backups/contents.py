"""What is in a backup: register with ledger, search index and the portal's papers, each consistent in itself, hashed.

The packages are not in it: they lie in at least three stores, each a full copy. The register's digest stands in the
manifest, so that a restore can prove itself. SQLite is copied by its own backup interface, PostgreSQL by pg_dump from
the snapshot the digest is made of, the ZODB by repozo; blobs are copied after it, so that none is missing.
Settings (`tangthu.toml`) and the files with secrets it names are not in it either. But it is secret itself: the index
holds full text, the register the secrets of second factors, and the papers the portal's accounts with their password
hashes. So folders have mode 700 and files 600; it is not encrypted.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL, make_url, text
from sqlalchemy.orm import Session

from archive.hashing import sha256_of_file
from archive.ledger.event import stamp
from archive.register.session import connect, engine
from archive.settings import ArchiveSettings
from operations.backups.private import keep_private
from operations.backups.state import State, state_of
from operations.errors import DrillError
from operations.settings import OperationsSettings
from search import index
from search.settings import SearchSettings
from search.sqlite import SqliteEngine

MANIFEST = "backup.json"
REGISTER, DUMP, INDEX, PAPERS = "register.db", "register.dump", "search.db", "plone"
MARK = "backup.number"
"""The file that says which set a folder is: written first, removed last."""


@dataclass(frozen=True)
class Backup:
    """What a backup holds.

    Attributes:
        made_at: as the ledger writes times.
        state: of what is in it.
        files: path in the backup -> SHA-256.
    """

    made_at: str
    state: State
    files: dict[str, str]
    number: str = ""


def write(into: Path, number: str, *, now: datetime) -> Backup:
    """Write what there is into a folder that holds nothing but its mark, and return it; the manifest is the last.

    Raises:
        DrillError: a tool failed.
    """
    url = make_url(ArchiveSettings.load().database)
    state = _sqlite(url, into) if url.get_backend_name() == "sqlite" else _postgresql(url, into)
    found = SearchSettings.load().database
    if SearchSettings.load().engine == "sqlite" and found.exists():
        _copy_database(found, into / INDEX)
        opened = SqliteEngine(into / INDEX)
        state = replace(state, index_documents=opened.count(), index_digest=index.digest(opened))
    _papers(into / PAPERS)
    made = Backup(stamp(now), state, {name: sha256_of_file(into / name) for name in _files(into)}, number)
    (into / MANIFEST).write_text(json.dumps(asdict(made), ensure_ascii=False, indent=2) + "\n", "utf-8")
    keep_private(into)
    return made


def read(folder: Path) -> Backup:
    """Return what a backup says it holds, every file of it hashed again.

    Raises:
        DrillError: it has no manifest, or a file is missing or not what it was.
    """
    try:
        told = json.loads((folder / MANIFEST).read_text("utf-8"))
        backup = Backup(told["made_at"], State(**told["state"]), dict(told["files"]), told.get("number", ""))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DrillError(f"{folder} is no complete backup: {error}") from error
    for name, sha256 in backup.files.items():
        if not (folder / name).is_file() or sha256_of_file(folder / name) != sha256:
            raise DrillError(f"{folder / name} is missing or not what was backed up")
    return backup


def put_back(folder: Path) -> None:
    """Put a backup where the settings of this process lead: register, index, and the portal's papers beside it.

    Raises:
        DrillError: a file of the backup is not what it was, or a tool failed.
    """
    backup = read(folder)
    settings = ArchiveSettings.load()
    if DUMP in backup.files:
        url = make_url(settings.database)
        if url.get_backend_name() != "postgresql":
            raise DrillError("this backup is of PostgreSQL: name an empty database with --register-url")
        _run(
            ["pg_restore", "--no-owner", "--exit-on-error", "--dbname", _address(url), str(folder / DUMP)],
            url,
        )
    else:
        _copy_database(folder / REGISTER, settings.data / REGISTER)
    if INDEX in backup.files:
        _copy_database(folder / INDEX, settings.data / INDEX)
    if any(name.startswith(f"{PAPERS}/repozo/") for name in backup.files):
        papers = settings.data.parent / PAPERS
        papers.mkdir(parents=True, exist_ok=True)
        _repozo("--recover", "-r", str(folder / PAPERS / "repozo"), "-o", str(papers / "Data.fs"))
        if (folder / PAPERS / "blobstorage").is_dir():
            shutil.copytree(folder / PAPERS / "blobstorage", papers / "blobstorage")


def _sqlite(url: URL, into: Path) -> State:
    source = Path(url.database or "")
    if not source.exists():
        raise DrillError(f"there is no register at {source}")
    _copy_database(source, into / REGISTER)
    copy = connect(f"sqlite:///{into / REGISTER}")
    try:
        with Session(copy) as session:
            return state_of(session)
    finally:
        copy.dispose()
        # What was read is one file again: nothing of the copy may be left in a log beside it.
        with closing(sqlite3.connect(into / REGISTER)) as opened:
            opened.execute("PRAGMA journal_mode=DELETE")


def _postgresql(url: URL, into: Path) -> State:
    with engine().connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
        command = ["pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={into / DUMP}"]
        _run([*command, _address(url)], url)
        with Session(connection) as session:
            return state_of(session)


def _address(url: URL) -> str:
    return url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)


def _copy_database(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as old,
        closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new)


def _papers(into: Path) -> None:
    """Back up the embedded instance's papers; with RelStorage they are PostgreSQL's, and there is nothing here."""
    there = OperationsSettings.load().home.resolve() / "plone" / "var"
    data = there / "filestorage" / "Data.fs"
    if not data.exists():
        return
    (into / "repozo").mkdir(parents=True)
    _repozo("--backup", "--full", "-r", str(into / "repozo"), "-f", str(data))
    if (there / "blobstorage").is_dir():
        with _blobs_come_and_go():
            shutil.copytree(there / "blobstorage", into / "blobstorage", ignore=shutil.ignore_patterns("tmp"))


@contextmanager
def _blobs_come_and_go() -> Iterator[None]:
    # A blob that a packing removed while it was copied is none that the papers name; repozo read them before.
    try:
        yield
    except shutil.Error as error:
        missing = [one for one in error.args[0] if Path(one[0]).exists()]
        if missing:
            raise DrillError(f"blobs could not be copied: {missing[:3]}") from error


def _repozo(*arguments: str) -> None:
    _run([sys.executable, "-m", "ZODB.scripts.repozo", *arguments], None)


def _run(command: list[str], url: URL | None) -> None:
    password = {"PGPASSWORD": url.password} if url is not None and isinstance(url.password, str) else {}
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | password)
    except OSError as error:
        raise DrillError(f"{command[0]} cannot be run: {error}") from error
    if done.returncode:
        raise DrillError(
            f"{Path(command[0]).name} ended with code {done.returncode}: {done.stderr.strip()[-500:]}"
        )


def _files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
