"""What people asked about infected deliveries in quarantine, and what another person answered."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from archive.register.base import Base
from archive.register.models import new_id


class Wish(StrEnum):
    """What is to be done with the bytes."""

    RELEASE = "release"  # a false alarm: the pipeline goes on where it stopped
    DESTROY = "destroy"


class QuarantineState(StrEnum):
    """How a request stands."""

    OPEN = "open"
    RELEASED = "released"
    DESTROYED = "destroyed"  # decided; `wiped_at` says when the bytes were gone
    DECLINED = "declined"  # nothing was done; the bytes stay until they expire
    EXPIRED = "expired"  # nobody answered in time, and the bytes are wiped


class QuarantineRequest(Base):
    """A request to release or destroy an infected delivery (đề nghị về hồ sơ trong vùng cách ly).

    Nobody answers what they asked themselves; the table refuses such a row whatever the code above it does.

    Attributes:
        files: [{"sha256", "signature"}]: what the scanner had found. A release is of these bytes under these names.
    """

    __tablename__ = "quarantine_request"
    __table_args__ = (CheckConstraint("answered_by <> asked_by", name="ck_quarantine_request_two_people"),)
    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    submission_id: Mapped[str] = mapped_column(String(36), index=True)
    agency_code: Mapped[str] = mapped_column(String(35), index=True)
    wish: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(10), index=True)
    files: Mapped[list[Any]] = mapped_column(JSON)
    asked_by: Mapped[str] = mapped_column(String(80))
    asked_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)
    answered_by: Mapped[str] = mapped_column(String(80), default="")
    answered_role: Mapped[str] = mapped_column(String(40), default="")
    answered_at: Mapped[datetime | None]
    remark: Mapped[str] = mapped_column(Text, default="")
    wiped_at: Mapped[datetime | None]
