"""Make a backup: known to the ledger before its first byte, with the day by which it is gone."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.alone import alone
from archive.erasing import record_receipt, target_of
from archive.errors import TangThuError
from archive.hashing import sha256_of_file
from archive.ledger.append import be_only_writer
from archive.register.backups import BackupSet, BackupState
from archive.register.decisions import ITEM_ERASING, OrderItem
from archive.register.numbers import next_number
from archive.register.session import transaction
from archive.vietnam import day_of
from operations.backups import contents
from operations.backups.contents import MANIFEST, MARK, Backup
from operations.backups.expiry import erase, work_on
from operations.backups.holder import word
from operations.backups.private import private_folder
from operations.backups.records import PREFIX, note
from operations.errors import DrillError
from operations.settings import OperationsSettings

ACTOR = "system:operator"


@dataclass(frozen=True)
class Made:
    """A backup set that is whole."""

    number: str
    expires_on: date
    backup: Backup


def make(into: Path, *, now: datetime, actor: str = ACTOR) -> Made:
    """Write a backup into an empty folder, and return what is in it and by which day it is gone.

    Folder and files can be read by their owner alone.

    Killed in between, what was written is known and erased by the next `expire`.

    Raises:
        DrillError: the folder is not empty or cannot be written, or a tool failed; what was written is erased again.
    """
    require_empty(into)
    place = into.resolve()
    with transaction() as session:
        number, expires_on = _begin(session, place, actor, now)
    with alone(work_on(number)):
        try:
            private_folder(place)
            (place / MARK).write_text(f"{number}\n", "utf-8")
            made = contents.write(place, number, now=now)
        except (TangThuError, OSError) as error:
            with suppress(TangThuError, OSError):
                erase(number, actor=actor, now=now)
            if isinstance(error, TangThuError):
                raise
            raise DrillError(f"{place} cannot be written: {error}") from error
        told = {
            "state": str(BackupState.KEPT),
            "event": made.state.event,
            "digest": made.state.digest,
            "files": len(made.files),
        }
        with transaction() as session:
            note(session, number, told, after=sha256_of_file(place / MANIFEST), actor=actor, now=now)
    return Made(number, expires_on, made)


def require_empty(folder: Path) -> None:
    """Refuse a folder in which something is.

    Raises:
        DrillError: it is no folder, or not empty.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise DrillError(f"{folder} is not empty; name a folder that is, or that does not exist yet")


def _begin(session: Session, place: Path, actor: str, now: datetime) -> tuple[str, date]:
    """Ledger the set before it is made.

    A case file that is being erased at this moment may have had its word from us already, and will be in this set: its
    word is given anew in the same transaction. One that is asked for later finds the set.
    """
    be_only_writer(session)
    number = next_number(session, BackupSet.number, PREFIX, now)
    expires_on = day_of(now) + timedelta(days=OperationsSettings.load().backup_days)
    told = {"state": str(BackupState.MAKING), "place": str(place), "expires_on": expires_on.isoformat()}
    note(session, number, told, actor=actor, now=now)
    for item in session.scalars(select(OrderItem).where(OrderItem.outcome == ITEM_ERASING)).all():
        said = word(session, target_of(session, item.case_file_id), now)
        record_receipt(session, item.order_id, item.case_file_id, said, actor=actor, now=now)
    return number, expires_on
