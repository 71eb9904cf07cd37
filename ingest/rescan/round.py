"""The round through all originals that are kept: each is looked through for viruses again within a set period.

A scanner learns; what nobody knew at the intake may be known today. What is found is ledgered and told (doctor, start
page, page of copies); nothing is moved or deleted: what becomes of a record is never the scanner's decision. The bytes
go from the store to clamd as they are read, and are hashed on the way, so that a damaged copy is not taken for the
record.

QCVN 12:2026/BCA 2.2.12.2.2 has backups of levels 3 to 5 scanned every 6 months; that holdings are is our own reading.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.alone import alone
from archive.custody import stores
from archive.ledger.append import append, be_only_writer
from archive.ledger.event import Verb
from archive.register.models import Package
from archive.register.project_fixity import HOLDINGS
from archive.register.projection import apply
from archive.register.rolls import Roll
from archive.register.scans import PackageScan
from archive.register.session import transaction
from archive.rolling.pace import owed, paid
from archive.rolling.round import begun
from archive.stores.interface import Store
from archive.underway import being_erased
from ingest.rescan.due import Due, next_due
from ingest.rescan.look import Found, look
from ingest.settings import IngestSettings

log = logging.getLogger(__name__)

NAME = BATCH_EVENT = "rescan"
ACTOR = "system:rescan"
BASIS = "QCVN 12:2026/BCA 2.2.12.2.2 (theo cách hiểu của hệ thống)"
RUN_SECONDS = 500.0


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
            batch = next_due(now, allowed, passed)
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


def _batch(
    batch: Sequence[Due], places: Sequence[Store], done: Rescanned, now: datetime, period: timedelta
) -> int:
    """Look through a batch and write down what was found; return the bytes of what could be looked through."""
    clean: list[Due] = []
    spoken: list[tuple[Due, Found]] = []
    engine, files, size = "", 0, 0
    for due in batch:
        found = look(due, places)
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


def _write_down(session: Session, clean: Sequence[Due], engine: str, files: int, now: datetime) -> None:
    if clean:
        told = {"clean": [due.id for due in clean], "engine": engine, "files": files}
        _ledger(session, HOLDINGS, BATCH_EVENT, told, now)


def _tell(session: Session, due: Due, found: Found, now: datetime) -> None:
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
