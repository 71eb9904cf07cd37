"""What must answer: register, stores, queue, virus scanner, search engine, portal. (Ways in: `doctor.py`.)

A part of the embedded house that does not answer is simply not running, unless its supervisor is. What the
settings name elsewhere (PostgreSQL, a broker, a cluster) has to answer always.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from archive import queue
from archive.errors import TangThuError
from archive.reason import Reason, because
from archive.register import migrate
from archive.register.session import engine
from archive.settings import ArchiveSettings
from archive.stores.settings import FolderSettings, S3Settings
from ingest.settings import IngestSettings
from ingest.signatures.errors import TrustListError
from ingest.signatures.trust import load, set_lists
from operations.parts import http_answers, socket_answers
from operations.settings import OperationsSettings
from operations.sign import Sign, sign
from operations.supervisor import running_pid
from search.choice import open_engine
from search.settings import SearchSettings

FREE_BYTES = 2 * 2**30  # a store with less than this free is reported


def services() -> Iterator[Sign]:
    """Yield a sign of each part that has to answer."""
    archive, ingest, search = ArchiveSettings.load(), IngestSettings.load(), SearchSettings.load()
    operations = OperationsSettings.load()
    yield register()
    for store in archive.all_stores:
        if isinstance(store, FolderSettings):
            yield _store(store.name, store.path, made_by_us=not archive.stores)
        else:
            yield _bucket(store)
    embedded = not archive.broker_url
    yield _part(
        "queue",
        queue.trouble,
        must=not embedded,
        mend=because("operations.start-broker", where=queue.where()),
    )
    yield _part(
        "virus scanner",
        socket_answers(ingest.clamd_socket, b"nPING\n", b"PONG"),
        must=not embedded,
        mend=because("operations.start-clamd", where=str(ingest.clamd_socket)),
    )
    if search.engine == "elasticsearch":
        yield _part(
            "elasticsearch",
            _engine_trouble,
            must=not search.embedded,
            mend=because("operations.start-engine", where=search.elasticsearch_url),
        )
    yield from _trust_lists()
    yield _part("plone", http_answers(f"http://{operations.host}:{operations.plone_port}/luutru/login"))


def _trust_lists() -> Iterator[Sign]:
    """Say whether the trust lists that are set can be used, and how many roots and revocation lists they have."""
    lists = set_lists()
    if not lists:
        return
    try:
        found = load(lists)
    except TrustListError as error:
        yield Sign("trust roots", False, error.reason, because("operations.put-roots"))
        return
    there = because(
        "operations.trust-lists", lists=len(lists), roots=len(found.anchors), revoked=len(found.crls)
    )
    yield Sign("trust roots", True, there)


def register_file_missing() -> Path | None:
    """Return the embedded register's file when it is not there: connecting would make it, and looking must not."""
    url = make_url(ArchiveSettings.load().database)
    file = Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None
    return file if file and not file.exists() else None


def register() -> Sign:
    """Say whether the register answers and its tables are of this program's version."""
    where = make_url(ArchiveSettings.load().database).render_as_string(hide_password=True)
    if missing := register_file_missing():
        there = because("operations.no-register-file", where=str(missing))
        return Sign("register", False, there, because("operations.run-upgrade"))
    try:
        with engine().connect().execution_options(readonly=True) as connection:
            here = migrate.version(connection)
    except SQLAlchemyError as error:
        cause = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        silent = because("operations.register-silent", where=where, said=cause)
        return Sign("register", False, silent, because("operations.start-database"))
    wanted = migrate.newest()
    other = because("operations.other-tables", where=where, version=here or "-", wanted=wanted)
    return sign(
        "register",
        None if here == wanted else other,
        because("operations.tables", where=where, version=here),
        because("operations.run-upgrade"),
    )


def _store(name: str, path: Path, *, made_by_us: bool) -> Sign:
    if not path.is_dir():
        if made_by_us and not path.exists():
            not_yet = because("operations.not-made-yet")
            return Sign(f"store {name}", None, not_yet, because("operations.deposit-makes-it"))
        mount = because("operations.mount", where=str(path))
        return Sign(f"store {name}", False, because("operations.not-there"), mount)
    if not os.access(path, os.W_OK):
        give = because("operations.give-folder", where=str(path))
        return Sign(f"store {name}", False, because("operations.not-writable"), give)
    free = shutil.disk_usage(path).free
    found = because("operations.free", gigabytes=f"{free / 10**9:.0f}")
    full = found if free < FREE_BYTES else None
    return sign(f"store {name}", full, found, because("operations.make-room"))


def _bucket(settings: S3Settings) -> Sign:
    from archive.stores.s3 import S3Store

    name, place = f"store {settings.name}", f"{settings.endpoint}/{settings.bucket}"
    # Whoever looks must not wait as long as whoever stores.
    hasty = {"attempts": 1, "connect_seconds": min(3.0, settings.connect_seconds), "read_seconds": 10.0}
    try:
        facts = S3Store(settings.model_copy(update=hasty)).look()
    except TangThuError as error:
        return Sign(name, False, error.reason, because("operations.mend-bucket", where=place))
    kept = "versions" if facts.versions else "no-versions"
    lock = f"lock-{settings.lock}" if settings.lock else "no-lock"
    found = because("operations.bucket", where=place, kept=kept, lock=lock, days=settings.lock_days)
    return Sign(name, True, found)


def _part(name: str, ready: Callable[[], str], *, must: bool = False, mend: Reason | None = None) -> Sign:
    try:
        trouble = ready()
    except TangThuError as error:
        trouble = str(error)
    if not trouble:
        return Sign(name, True, because("operations.answers"))
    silent = because("operations.no-answer", said=trouble)
    if must:
        return Sign(name, False, silent, mend)
    runs = running_pid(OperationsSettings.load().home)
    if runs:
        log = OperationsSettings.load().home / "log"
        return Sign(name, False, silent, because("operations.look-into-log", process=runs, log=str(log)))
    return Sign(name, None, silent, because("operations.up-starts-it"))


def _engine_trouble() -> str:
    open_engine().count()
    return ""
