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
from archive.register import migrate
from archive.register.session import engine
from archive.settings import ArchiveSettings
from ingest.settings import IngestSettings
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
        yield _store(store.name, store.path, made_by_us=not archive.stores)
    embedded = not archive.broker_url
    yield _part(
        "queue",
        queue.trouble,
        must=not embedded,
        remedy=f"start the broker {queue.where()} ([archive] broker_url)",
    )
    yield _part(
        "virus scanner",
        socket_answers(ingest.clamd_socket, b"nPING\n", b"PONG"),
        must=not embedded,
        remedy=f"start clamd on {ingest.clamd_socket} ([ingest] clamd_socket)",
    )
    if search.engine == "elasticsearch":
        yield _part(
            "elasticsearch",
            _engine_trouble,
            must=not search.embedded,
            remedy=f"start it, or mend {search.elasticsearch_url} ([search] elasticsearch_url)",
        )
    if ingest.trust_roots is not None:
        yield sign(
            "trust roots",
            "" if any(ingest.trust_roots.glob("*")) else f"no certificate in {ingest.trust_roots}",
            str(ingest.trust_roots),
            "put the trusted roots there as PEM files ([ingest] trust_roots)",
        )
    yield _part("plone", http_answers(f"http://{operations.host}:{operations.plone_port}/luutru/login"))


def register_file_missing() -> Path | None:
    """Return the embedded register's file when it is not there: connecting would make it, and looking must not."""
    url = make_url(ArchiveSettings.load().database)
    file = Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None
    return file if file and not file.exists() else None


def register() -> Sign:
    """Say whether the register answers and its tables are of this program's version."""
    where = make_url(ArchiveSettings.load().database).render_as_string(hide_password=True)
    if missing := register_file_missing():
        remedy = "run `tangthu upgrade` (`tangthu up` does it too)"
        return Sign("register", False, f"there is no {missing}", remedy)
    try:
        with engine().connect().execution_options(readonly=True) as connection:
            here = migrate.version(connection)
    except SQLAlchemyError as error:
        cause = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        return Sign(
            "register", False, f"{where}: {cause}", "start the database, or mend [archive] register_url"
        )
    wanted = migrate.newest()
    trouble = (
        "" if here == wanted else f"{where}: tables of version {here or 'none'}, this program needs {wanted}"
    )
    return sign("register", trouble, f"{where}: tables of version {here}", "run `tangthu upgrade`")


def _store(name: str, path: Path, *, made_by_us: bool) -> Sign:
    if not path.is_dir():
        if made_by_us and not path.exists():
            return Sign(f"store {name}", None, "not made yet", "the first deposit makes it")
        return Sign(
            f"store {name}", False, "is not there", f"mount its disk at {path}; it is never made by us"
        )
    if not os.access(path, os.W_OK):
        return Sign(f"store {name}", False, "cannot be written", f"give the service user the folder {path}")
    free = shutil.disk_usage(path).free
    found = f"{free / 2**30:.0f} GiB free"
    return sign(
        f"store {name}", found if free < FREE_BYTES else "", found, "make room: deposits wait until there is"
    )


def _part(name: str, ready: Callable[[], str], *, must: bool = False, remedy: str = "") -> Sign:
    try:
        trouble = ready()
    except TangThuError as error:
        trouble = str(error)
    if not trouble:
        return Sign(name, True, "answers")
    if must:
        return Sign(name, False, trouble, remedy)
    runs = running_pid(OperationsSettings.load().home)
    if runs:
        log = OperationsSettings.load().home / "log"
        return Sign(
            name, False, trouble, f"the house runs (process {runs}) and this part does not; look into {log}"
        )
    return Sign(name, None, trouble, "`tangthu up` starts it")


def _engine_trouble() -> str:
    open_engine().count()
    return ""
