"""Backup sets (bộ sao lưu): the register, ledger, index and papers of a moment, written down somewhere else."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from archive.register.base import Base, Sha256


class BackupState(StrEnum):
    """How a backup set stands."""

    MAKING = "making"  # some of it may be written: it counts as a holder from now on
    KEPT = "kept"  # whole
    ERASED = "erased"  # overwritten by us, or destroyed elsewhere with a document that says so


class BackupSet(Base):
    """One backup set.

    Attributes:
        number: ours, also in the set itself.
        place: folder it was written to.
        begun_seq: the event that told of it, before its first byte.
        event: the last event in it; 0 while it is being made.
        expires_on: the day by which it is gone.
        manifest_sha256: of its manifest; "" while it is being made.
        document: number of the minutes, when it was destroyed elsewhere.
    """

    __tablename__ = "backup_set"
    number: Mapped[str] = mapped_column(String(40), primary_key=True)
    state: Mapped[str] = mapped_column(String(10), index=True)
    place: Mapped[str] = mapped_column(Text)
    begun_at: Mapped[datetime]
    begun_seq: Mapped[int]
    event: Mapped[int] = mapped_column(default=0)
    expires_on: Mapped[date] = mapped_column(index=True)
    files: Mapped[int] = mapped_column(default=0)
    manifest_sha256: Mapped[str] = mapped_column(Sha256, default="")
    gone_at: Mapped[datetime | None]
    document: Mapped[str] = mapped_column(Text, default="")
