"""Backups as one who has copies: a record is not taken out of a set, but each set has its day, and is kept to it.

A destruction gets one receipt that names every set that holds the case file, and the day by which the last of them is
gone (`backup_days`; our own term: QCVN 12:2026/BCA wants backups covered at the end of their life, and names no days).
When they are gone, `archive.promises` writes the second receipt.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from archive.holders import Erasure, Holder, Target
from archive.register.session import reading
from operations.backups.records import STANDING, holding

NAME = "backups"
NOTHING = "not applicable: in no backup"
OWED = (
    "not erased yet: the backups expire, the last by {day}, and are overwritten then (clear, NIST SP 800-88)"
)
GONE = (
    "clear or destroy (NIST SP 800-88): the backups were overwritten and removed, or destroyed with minutes"
)


class Backups:
    """All backup sets together."""

    @property
    def name(self) -> str:
        """Return `backups`."""
        return NAME

    def erase(self, target: Target) -> Erasure:
        """Say which sets hold it, and by which day they are gone; gone when all of them are."""
        with reading() as session:
            return word(session, target, datetime.now(UTC))


def word(session: Session, target: Target, now: datetime) -> Erasure:
    """Return what is to be said of a case file at this moment."""
    found = holding(session, target)
    living = [row for row in found if row.state in STANDING]
    if not found:
        return Erasure(NAME, "nothing", NOTHING, now, gone=True)
    if not living:
        return Erasure(NAME, f"backups {', '.join(row.number for row in found)}", GONE, now, gone=True)
    day = max(row.expires_on for row in living)
    named = ", ".join(f"{row.number} ({row.expires_on.isoformat()})" for row in living)
    how = OWED.format(day=day.isoformat())
    return Erasure(NAME, f"backups {named}", how, now, gone=False, expires_on=day)


def holders() -> list[Holder]:
    """Return the backups as a holder (entry point `tangthu.holders`)."""
    return [Backups()]
