"""Wrong passwords in a row, per account: of the machine, not of the record. No password is kept, not even hashed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from archive.register.base import Base


class PasswordAttempts(Base):
    """How often in a row one account's password was wrong, for one purpose; a right one removes the row."""

    __tablename__ = "password_attempts"
    account: Mapped[str] = mapped_column(String(80), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(12), primary_key=True)  # login | decision
    failures: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime]
    not_before: Mapped[datetime | None]  # no try is looked at before
