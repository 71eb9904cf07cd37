"""How far the rounds through all that is kept have come: of the machine, not of the record."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from archive.register.base import Base


class Roll(Base):
    """One round that never ends: through the copies in one store, the ledger's segments, the evidence, the originals.

    Attributes:
        name: "copies <store>", "ledger", "evidence", "rescan".
        paid_until: the time up to which the load was done that falls on each moment; what lies behind it is owed.
        started_at: when the round that is going on began.
        ended_at: when the last round came through; None while the first goes on.
        total: what one round is, in bytes (of the ledger and the evidence: in files), as last counted.
        things: how many copies that is.
        counted_at: when it was counted.
        position: how far the round is, where that is a number (the files of ledger and evidence).
        away_since: since when the store does not answer.
        troubles: what the last run could not put right.
    """

    __tablename__ = "roll"
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    paid_until: Mapped[datetime]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ran_at: Mapped[datetime | None]
    total: Mapped[int] = mapped_column(default=0)
    things: Mapped[int] = mapped_column(default=0)
    counted_at: Mapped[datetime | None]
    position: Mapped[int] = mapped_column(default=0)
    away_since: Mapped[datetime | None]
    troubles: Mapped[int] = mapped_column(default=0)
