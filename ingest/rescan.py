"""The round through all originals that are kept: each is looked through for viruses again within a set period.

A scanner learns; what nobody knew at the intake may be known today. What is found is ledgered and told (doctor, start
page, page of copies); nothing is moved or deleted: what becomes of a record is never the scanner's decision. The bytes
go from the store to clamd as they are read, and are hashed on the way, so that a damaged copy is not taken for the
record.

QCVN 12:2026/BCA 2.2.12.2.2 has backups of levels 3 to 5 scanned every 6 months; that holdings are is our own reading.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, BinaryIO

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.alone import alone
from archive.custody import stores
from archive.errors import DamagedError, NotFoundError, TangThuError
from archive.ledger.append import append, be_only_writer
from archive.ledger.event import Verb
from archive.packages.reader import open_member
from archive.register.models import CaseFile, CaseFileState, Component, ComponentRole, Package, Record
from archive.register.project_fixity import HOLDINGS
from archive.register.projection import apply
from archive.register.rolls import Roll
from archive.register.scans import PackageScan
from archive.register.session import reading, transaction
from archive.rolling.pace import owed, paid
from archive.rolling.round import begun
from archive.stores.interface import Store
from archive.underway import being_erased
from ingest import virus
from ingest.errors import ToolMissingError
from ingest.infected.passes import pass_for
from ingest.settings import IngestSettings

log = logging.getLogger(__name__)

NAME = BATCH_EVENT = "rescan"
ACTOR = "system:rescan"
BASIS = "QCVN 12:2026/BCA 2.2.12.2.2 (theo cách hiểu của hệ thống)"
RUN_SECONDS = 500.0
BATCH = 50


@dataclass
class Rescanned:
    """What one run did.

    Attributes:
        infected: names of the packages in which something was found.
        unread: names of packages that could not be read now; their fixity is another round's matter.
    """

    packages: int = 0
    files: int = 0
    infected: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Due:
    id: str
    case_file_id: str
    agency_code: str
    name: str
    version: int
    size: int
    originals: tuple[tuple[str, str, str], ...]  # id, path, SHA-256


@dataclass
class _Found:
    engine: str = ""
    files: int = 0
    infected: list[dict[str, str]] = field(default_factory=list)
    untold: list[dict[str, str]] = field(default_factory=list)


class _Hashing:
    """A stream that is hashed as it is read."""

    def __init__(self, source: BinaryIO, place: str) -> None:
        self._source, self._place = source, place
        self._digest = hashlib.sha256()
        self.ended = False

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes.

        Raises:
            DamagedError: the store cannot read them. An OSError would be taken for clamd's, and end the round.
        """
        try:
            data = self._source.read(size)
        except OSError as error:
            raise DamagedError(self._place, f"cannot be read: {error}") from error
        self._digest.update(data)
        self.ended = self.ended or not data
        return data

    @property
    def sha256(self) -> str:
        """Return the hash of what was read."""
        return self._digest.hexdigest()


def rescan(
    now: datetime,
    *,
    places: Sequence[Store] | None = None,
    everything: bool = False,
    seconds: float = RUN_SECONDS,
) -> Rescanned:
    """Look through the originals that are due, the longest not looked at first; return what was found.

    Opens its own transactions; none is open while anything is read. A kill costs the batch it was at.

    Args:
        now: aware time.
        places: stores instead of the configured ones.
        everything: all that was last looked at before `now`, whatever is due.
        seconds: no batch is begun after.

    Raises:
        TemporaryError: clamd does not answer, or another run is at it.
    """
    done = Rescanned()
    until = float("inf") if everything else time.monotonic() + seconds
    period = timedelta(days=IngestSettings.load().rescan_days)
    used = list(stores() if places is None else places)
    with alone("the rescan for viruses"):
        with transaction() as session:
            row = begun(session, NAME, now)
            row.things, row.total = _length(session)
            row.ran_at = now
            allowed: float = float("inf") if everything else owed(row.total, row.paid_until, now, period)
        passed: set[str] = set()
        while time.monotonic() < until:
            batch = _next(now, allowed, passed)
            if not batch:
                break
            passed |= {one.id for one in batch}
            allowed -= _batch(batch, used, done, now, period)
        with transaction() as session:
            row = session.get_one(Roll, NAME)
            row.troubles = len(done.unread)
            left = select(func.count()).where(PackageScan.scanned_at < row.started_at)
            if row.things and not session.scalar(left):
                row.started_at, row.ended_at = now, now
    return done


def _length(session: Session) -> tuple[int, int]:
    query = select(func.count(), func.coalesce(func.sum(Package.size), 0)).join(
        PackageScan, PackageScan.package_id == Package.id
    )
    count, size = session.execute(query).one()
    return count, int(size)


def _next(now: datetime, allowed: float, passed: set[str]) -> list[_Due]:
    """Return the packages that come next and are due, with their originals."""
    query = (
        select(Package, CaseFile.agency_code)
        .join(PackageScan, PackageScan.package_id == Package.id)
        .join(CaseFile, CaseFile.id == Package.case_file_id)
        .where(PackageScan.scanned_at < now, CaseFile.state != CaseFileState.DESTROYED)
        .order_by(PackageScan.scanned_at, Package.id)
        .limit(BATCH + len(passed))
    )
    found: list[_Due] = []
    with reading() as session:
        for package, agency_code in session.execute(query).all():
            if package.id in passed:
                continue
            if package.size > allowed or len(found) == BATCH:
                break
            allowed -= package.size
            originals = session.execute(
                select(Component.id, Component.path, Component.sha256)
                .join(Record, Record.id == Component.record_id)
                .where(Record.case_file_id == package.case_file_id, Component.role == ComponentRole.ORIGINAL)
                .order_by(Component.path)
            ).all()
            found.append(
                _Due(
                    package.id,
                    package.case_file_id,
                    agency_code,
                    package.name,
                    package.version,
                    package.size,
                    tuple((row.id, row.path, row.sha256) for row in originals),
                )
            )
    return found


def _batch(
    batch: Sequence[_Due], places: Sequence[Store], done: Rescanned, now: datetime, period: timedelta
) -> int:
    """Look through a batch and write down what was found; return the bytes of what could be looked through."""
    clean: list[_Due] = []
    spoken: list[tuple[_Due, _Found]] = []
    engine, files, size = "", 0, 0
    for due in batch:
        found = _look(due, places)
        if found is None:
            done.unread.append(due.name)
            log.warning("%s could not be looked through for viruses: no good copy can be read now", due.name)
            continue
        done.packages, done.files = done.packages + 1, done.files + found.files
        engine, files, size = found.engine or engine, files + found.files, size + due.size
        if found.infected or found.untold:
            spoken.append((due, found))
        else:
            clean.append(due)
        if found.infected:
            done.infected.append(due.name)
            log.error("a virus is in what is kept: %s: %s; nothing was changed", due.name, found.infected)
    with transaction() as session:
        be_only_writer(session)
        gone = being_erased(session, {due.case_file_id for due in batch})
        _write_down(session, [due for due in clean if due.case_file_id not in gone], engine, files, now)
        for due, found in spoken:
            if due.case_file_id not in gone:
                _tell(session, due, found, now)
        row = session.get_one(Roll, NAME)
        row.paid_until = paid(row.paid_until, size, row.total, now, period)
    return size


def _look(due: _Due, places: Sequence[Store]) -> _Found | None:
    """Return what the scanner says of a package's originals; None when no store gives them whole.

    Raises:
        ToolMissingError: clamd does not answer.
    """
    for store in places:
        try:
            return _look_in(due, store)
        except ToolMissingError:
            raise
        except (TangThuError, OSError) as error:
            log.warning("store %s: %s is not looked through here: %s", store.name, due.name, error)
    return None


def _look_in(due: _Due, store: Store) -> _Found:
    found = _Found(engine=virus.version())
    place = f"{store.name}:{due.name}"
    missing: list[str] = []
    with store.open(due.name) as package:
        for id, path, sha256 in due.originals:
            try:
                member = open_member(package, path)
            except NotFoundError:
                missing.append(path)
                continue
            stream = _Hashing(member, place)
            verdict = virus.scan_stream(stream)  # type: ignore[arg-type]
            if stream.ended and stream.sha256 != sha256:
                raise DamagedError(place, f"{path} is not what was stored")
            found.files += 1
            if verdict.clean:
                continue
            told = {"component_id": id, "sha256": sha256, "signature": verdict.signature}
            if not verdict.told:
                found.untold.append(told)
            elif not _released(due.agency_code, sha256, verdict.signature):
                found.infected.append(told)
    # A later version holds descriptions only; its originals lie in the first.
    if missing and (due.version == 1 or len(missing) < len(due.originals)):
        raise DamagedError(place, f"holds no {missing[0]}")
    return found


def _released(agency_code: str, sha256: str, signature: str) -> bool:
    """Say whether two people released these bytes under this signature when they came in: a false alarm, known."""
    with reading() as session:
        return pass_for(session, agency_code=agency_code, sha256=sha256, signature=signature) is not None


def _write_down(session: Session, clean: Sequence[_Due], engine: str, files: int, now: datetime) -> None:
    if clean:
        told = {"clean": [due.id for due in clean], "engine": engine, "files": files}
        _ledger(session, HOLDINGS, BATCH_EVENT, told, now)


def _tell(session: Session, due: _Due, found: _Found, now: datetime) -> None:
    told = {
        "case_file_id": due.case_file_id,
        "engine": found.engine,
        "files": found.files,
        "infected": found.infected,
        "untold": found.untold,
    }
    _ledger(session, "package", due.id, told, now)


def _ledger(session: Session, kind: str, id: str, told: dict[str, Any], now: datetime) -> None:
    event = append(
        session, Verb.VIRUS_CHECK, actor=ACTOR, kind=kind, id=id, payload=told, basis=BASIS, now=now
    )
    apply(session, event)


def infected(session: Session, limit: int = 50) -> list[tuple[Package, PackageScan]]:
    """Return the packages in which the last scan found something, with what it found."""
    query = (
        select(Package, PackageScan)
        .join(PackageScan, PackageScan.package_id == Package.id)
        .where(PackageScan.found)
        .order_by(PackageScan.scanned_at.desc(), Package.name)
        .limit(limit)
    )
    return [(package, scan) for package, scan in session.execute(query)]


def late(session: Session, now: datetime) -> int:
    """Return how many packages were not looked through within the period."""
    before = now - timedelta(days=IngestSettings.load().rescan_days)
    return session.scalar(select(func.count()).where(PackageScan.scanned_at < before)) or 0
