"""How it stands with the backups: how many there are, how old the newest is, and which should be gone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select

from archive.reason import because
from archive.register.backups import BackupSet, BackupState
from archive.register.session import reading
from archive.vietnam import day_of
from operations.sign import Sign

BACKUPS = "backups"


def backups(now: datetime) -> Iterator[Sign]:
    """Yield nothing while none was ever made: the doctor of an embedded house has no say in whether it is backed up."""
    with reading() as session:
        rows = session.scalars(
            select(BackupSet).where(BackupSet.state != BackupState.ERASED).order_by(BackupSet.begun_at)
        ).all()
    if not rows:
        return
    late = [row.number for row in rows if row.expires_on < day_of(now)]
    if late:
        found = because("operations.backups-late", numbers=late)
        yield Sign(BACKUPS, False, found, because("operations.expire-backups"))
        return
    newest = day_of(rows[-1].begun_at)
    yield Sign(BACKUPS, True, because("operations.backups-kept", count=len(rows), day=newest))
