"""Second factors, per account: of the machine, not of the record. In no digest; a rebuilt register has none."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from archive.register.base import Base


class SecondFactor(Base):
    """One account's authenticator, and what its last right code was given for."""

    __tablename__ = "second_factor"
    account: Mapped[str] = mapped_column(String(80), primary_key=True)
    secret: Mapped[str] = mapped_column(String(64))
    begun_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]  # in force from then on
    last_step: Mapped[int] = mapped_column(default=0)  # of the last code that counted; none counts twice
    proved_at: Mapped[datetime | None]
    proved_for: Mapped[str] = mapped_column(String(80), default="")  # purpose and what it is about
    first: Mapped[str] = mapped_column(String(20), default="")  # how the first factor was proven
    consumed: Mapped[bool] = mapped_column(default=False)
