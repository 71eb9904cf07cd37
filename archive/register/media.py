"""Media (vật mang tin ngoại tuyến) that packages were exported to: tapes, disks, discs in a cupboard."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from archive.register.base import Base, Sha256


class MediumState(StrEnum):
    """How a medium stands."""

    WRITING = "writing"  # some of it may be written: it counts as a holder from now on
    WRITTEN = "written"  # whole, read back and verified
    DESTROYED = "destroyed"  # physically, with a document that says so


class Medium(Base):
    """One medium.

    Attributes:
        number: ours, also on the label and in the medium itself.
        place: folder it was written to; where it lies now is for the label.
        first_segment, last_segment: sealed segments of the ledger on it, 0 for none.
        first_round, last_round: rounds of evidence on it, 0 for none.
        files, size: of its payload, in bytes.
        manifest_sha256: of its manifest-sha256.txt; "" while it is being written.
        checked_at: when it was last read whole; `faults` says how many were found then.
    """

    __tablename__ = "medium"
    number: Mapped[str] = mapped_column(String(40), primary_key=True)
    state: Mapped[str] = mapped_column(String(10), index=True)
    label: Mapped[str] = mapped_column(Text, default="")
    place: Mapped[str] = mapped_column(Text)
    begun_at: Mapped[datetime]
    first_segment: Mapped[int] = mapped_column(default=0)
    last_segment: Mapped[int] = mapped_column(default=0)
    first_round: Mapped[int] = mapped_column(default=0)
    last_round: Mapped[int] = mapped_column(default=0)
    files: Mapped[int] = mapped_column(default=0)
    size: Mapped[int] = mapped_column(default=0)
    manifest_sha256: Mapped[str] = mapped_column(Sha256, default="")
    checked_at: Mapped[datetime | None]
    faults: Mapped[int] = mapped_column(default=0)
    destroyed_at: Mapped[datetime | None]
    document: Mapped[str] = mapped_column(Text, default="")  # number of the minutes of its destruction


class MediumPackage(Base):
    """That a package is on a medium, or may be while it is being written."""

    __tablename__ = "medium_package"
    medium: Mapped[str] = mapped_column(ForeignKey("medium.number"), primary_key=True)
    package_id: Mapped[str] = mapped_column(String(36), primary_key=True, index=True)


class MediumMinutes(Base):
    """That the minutes of a hand-over are on a medium, or may be while it is being written."""

    __tablename__ = "medium_minutes"
    medium: Mapped[str] = mapped_column(ForeignKey("medium.number"), primary_key=True)
    submission_id: Mapped[str] = mapped_column(String(36), primary_key=True, index=True)
