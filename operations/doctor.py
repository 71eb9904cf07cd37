"""The doctor: which tools and parts are there, in which version, and what to do about those that are not."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from archive.errors import TangThuError
from archive.ledger.follow import behind
from archive.pdfa.verapdf import JAR
from archive.register.models import STATES_OPEN, InboxRow, Submission
from archive.register.session import reading
from archive.settings import ArchiveSettings
from ingest import outbox, rounds
from ingest.settings import IngestSettings
from operations.parts import http_answers, socket_answers
from operations.settings import OperationsSettings
from search.settings import SearchSettings

LATE = timedelta(minutes=1)  # a follower this far behind is stuck
SHOWN = 5
FREE_BYTES = 2 * 2**30  # a store with less than this free is reported


@dataclass(frozen=True)
class Sign:
    """What the doctor saw.

    Attributes:
        well: None when a part is simply not running now (not an illness of the installation).
        remedy: what to do when it is not well.
    """

    name: str
    well: bool | None
    found: str
    remedy: str = ""


TOOLS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("java", ("java", "-version"), "apt: openjdk-17-jdk-headless"),
    ("javac", ("javac", "-version"), "apt: openjdk-17-jdk-headless"),
    ("libreoffice", ("soffice", "--version"), "apt: libreoffice-writer-nogui"),
    ("ghostscript", ("gs", "--version"), "apt: ghostscript"),
    ("tesseract", ("tesseract", "--version"), "apt: tesseract-ocr"),
    ("prlimit", ("prlimit", "--version"), "apt: util-linux"),
    ("clamd", ("/usr/sbin/clamd", "--version"), "apt: clamav-daemon"),
)


def examine() -> list[Sign]:
    """Return every sign, in a fixed order."""
    return [*_tools(), *_files(), *_parts(), *_inboxes(), *_road()]


def _tools() -> Iterator[Sign]:
    for name, command, remedy in TOOLS:
        path = shutil.which(command[0])
        if path is None:
            yield Sign(name, False, "not found", f"run `make setup` ({remedy})")
            continue
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
            lines = (done.stdout or done.stderr).strip().splitlines()
            yield Sign(name, done.returncode == 0, lines[0] if lines else "says nothing", "reinstall it")
        except (OSError, subprocess.TimeoutExpired) as error:
            yield Sign(name, False, f"does not answer: {error}", "reinstall it")
    languages = Path("/usr/share/tesseract-ocr/5/tessdata/vie.traineddata")
    yield Sign(
        "tesseract vie",
        languages.exists(),
        "Vietnamese model" if languages.exists() else "no Vietnamese model",
        "run `make setup` (apt: tesseract-ocr-vie)",
    )
    font = Path("/usr/share/fonts/truetype/liberation2")
    yield Sign(
        "fonts",
        font.is_dir(),
        "Liberation 2" if font.is_dir() else "no fonts with Vietnamese letters",
        "run `make setup` (apt: fonts-liberation2)",
    )


def _files() -> Iterator[Sign]:
    archive = ArchiveSettings.load()
    jar = archive.tools_home / "verapdf" / JAR
    yield Sign("veraPDF", jar.is_file(), JAR if jar.is_file() else "not found", "run `make setup`")
    schemas = archive.tools_home / "schemas" / "mets1_12.xsd"
    yield Sign(
        "XML schemas",
        schemas.exists(),
        "METS, PREMIS" if schemas.exists() else "not found",
        "run `make setup`",
    )
    try:
        with reading() as session:
            version = session.execute(text("SELECT version_num FROM alembic_version")).scalar()
        yield Sign("register", True, f"tables of version {version}")
    except Exception as error:  # whatever the driver says, the register is not usable
        yield Sign(
            "register", False, type(error).__name__, "`tangthu up` makes it; or set [archive] register_url"
        )
    for store in archive.all_stores:
        yield _store(store.name, store.path, made_by_us=not archive.stores)


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
    return Sign(f"store {name}", free >= FREE_BYTES, found, "make room: deposits wait until there is")


def _parts() -> Iterator[Sign]:
    operations, ingest, search = OperationsSettings.load(), IngestSettings.load(), SearchSettings.load()
    checks: list[tuple[str, Callable[[], str]]] = []
    if not ArchiveSettings.load().broker_url:
        checks.append(("queue", socket_answers(operations.run / "valkey.sock", b"PING\r\n", b"+PONG")))
    checks.append(("virus scanner", socket_answers(ingest.clamd_socket, b"nPING\n", b"PONG")))
    if search.engine == "elasticsearch":
        checks.append(("elasticsearch", http_answers(f"{search.elasticsearch_url}/_cluster/health")))
    checks.append(("plone", http_answers(f"http://{operations.host}:{operations.plone_port}/luutru/login")))
    for name, ready in checks:
        try:
            lacking = ready()
        except TangThuError as error:
            lacking = str(error)
        yield Sign(
            name, None if lacking else True, lacking or "answers", "`tangthu up` starts it" if lacking else ""
        )


def _inboxes() -> Iterator[Sign]:
    """How it stands with every way in, as the last asking left it; nobody is asked now."""
    inboxes = IngestSettings.load().inboxes
    try:
        states, owed = rounds.states(), outbox.owed_by_inbox()
    except SQLAlchemyError:
        return  # the register's own sign says why
    for one in inboxes:
        yield _inbox(one.name, states.get(one.name), owed.pop(one.name, 0))
    owed.pop("", None)
    for name, count in sorted(owed.items()):
        found = f"is not set any more; {count} statuses are owed through it"
        yield Sign(
            f"inbox {name}", False, found, "set it again in [[ingest.inboxes]]; they go out by themselves"
        )


def _inbox(name: str, state: InboxRow | None, owed: int) -> Sign:
    more = f"; {owed} statuses to send" if owed else ""
    if state is None or state.asked_at is None:
        return Sign(
            f"inbox {name}", None, f"was never asked{more}", "`tangthu up` asks; or `tangthu inbox fetch`"
        )
    waiting = f"{state.waiting} messages wait{more}"
    if state.failures:
        since = f"{state.well_at:%Y-%m-%d %H:%M} UTC" if state.well_at else "never"
        found = f"{state.error} ({state.failures} times; last well: {since}; {waiting})"
        return Sign(f"inbox {name}", False, found, "mend what it names; it is asked again by itself")
    return Sign(f"inbox {name}", True, f"asked {state.asked_at:%Y-%m-%d %H:%M} UTC; {waiting}")


def _road() -> Iterator[Sign]:
    """Who is behind and what waits: the register says it also while nothing runs."""
    now = datetime.now(UTC)
    try:
        with reading() as session:
            lags = behind(session)
            waiting = session.execute(
                select(Submission.id, Submission.step, Submission.waiting)
                .where(Submission.state.in_(STATES_OPEN), Submission.waiting != "")
                .order_by(Submission.received_at)
            ).all()
    except SQLAlchemyError:
        return  # the register's own sign says why
    for name, lag in lags.items():
        late = lag.since is not None and now - lag.since > LATE
        well = (False if late else None) if lag.events else True
        found = f"{lag.events} events behind" if lag.events else "has read everything"
        yield Sign(f"follower {name}", well, found, "mend the part it writes to; it catches up by itself")
    told = "; ".join(f"{row.id[:8]} at {row.step}: {row.waiting}" for row in waiting[:SHOWN])
    more = f" ... and {len(waiting) - SHOWN} more" if len(waiting) > SHOWN else ""
    found = f"{len(waiting)} deliveries wait: {told}{more}" if waiting else "no delivery waits"
    yield Sign("waiting", not waiting, found, "mend what the reason names; they go on by themselves")
