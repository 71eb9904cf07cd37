"""Second factors, per account: of the machine, not of the record. In no digest; a rebuilt register has none.

The secrets are in no event, so no event brings one back. Events take them away: whatever register is brought up to
date by the ledger holds no secret that was reset or replaced since (`archive.register.project_second_factors`).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from archive.register.base import Base

ENROLLED = "second-factor-enrolled"
RESET = "second-factor-reset"
"""What RIGHTS_CHANGE events say of them (`archive.rights.Act`)."""


class SecondFactor(Base):
    """One account's authenticator, and what its last right code was given for."""

    __tablename__ = "second_factor"
    account: Mapped[str] = mapped_column(String(80), primary_key=True)
    secret: Mapped[str] = mapped_column(String(64), default="")  # the one in force; "" for none
    confirmed_at: Mapped[datetime | None]  # in force since then
    next_secret: Mapped[str] = mapped_column(
        String(64), default=""
    )  # begun, waits for its first code; "" for none
    begun_at: Mapped[datetime]  # when the newest was begun
    since_event: Mapped[int] = mapped_column(default=0)  # the newest event that enrolled or reset it
    reset_untold: Mapped[bool] = mapped_column(default=False)  # the person has not been told of the reset
    last_step: Mapped[int] = mapped_column(default=0)  # of the last code that counted; none counts twice
    proved_at: Mapped[datetime | None]
    proved_for: Mapped[str] = mapped_column(String(80), default="")  # purpose and what it is about
    first: Mapped[str] = mapped_column(String(20), default="")  # how the first factor was proven
    consumed: Mapped[bool] = mapped_column(default=False)
