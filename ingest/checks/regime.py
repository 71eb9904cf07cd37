"""Which of the two legal regimes a case file is under, and whose field tables describe it."""

from __future__ import annotations

from datetime import date
from typing import Literal

Regime = Literal["R1", "R2"]

LAST_DAY_R1 = date(2025, 6, 30)


def regime_of(end_date: date) -> Regime:
    """Return R1 (Law 2011, TT 02/2019) for work ended until 30/06/2025, else R2 (Law 2024, TT 05/2025).

    TT 05/2025/TT-BNV Điều 51 repeals TT 02/2019 from 01/07/2025. That the day the work ended decides, and not the day
    of submission, is our reading.
    """
    return "R1" if end_date <= LAST_DAY_R1 else "R2"


def tables_of(end_date: date) -> Literal["TT02", "TT05"]:
    """Return whose field tables its regime asks for; those of the other are taken too (TT 05/2025 Điều 51)."""
    return "TT02" if regime_of(end_date) == "R1" else "TT05"
