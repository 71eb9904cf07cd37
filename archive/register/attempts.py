"""Wrong passwords and codes in a row, per account: of the machine, not of the record. None is kept, not even hashed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from archive.register.base import Base


class PasswordAttempts(Base):
    """How often in a row one account's password, or code, was wrong, for one purpose; a right one removes the row."""

    __tablename__ = "password_attempts"
    account: Mapped[str] = mapped_column(String(80), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(12), primary_key=True)  # `archive.attempts.Purpose`
    failures: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime]
    not_before: Mapped[datetime | None]  # no try is looked at before
