"""Which of the two legal regimes a case file is under, and whose field tables describe it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Literal

from ingest.checks.dates import parse_date
from ingest.finding import Finding

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


def circular_of(end_date: date | None) -> str:
    """Return the circular a case file that ended that day is checked by; TT 02/2019 when no end is known."""
    late = end_date is not None and regime_of(end_date) == "R2"
    return "TT 05/2025/TT-BNV" if late else "TT 02/2019/TT-BNV"


def told_by(findings: Iterable[Finding], fields: Mapping[str, str]) -> tuple[Finding, ...]:
    """Return the findings with the regime of the case file these fields describe; unchanged when it has no end."""
    end = parse_date(fields.get("EndDate", ""))
    return tuple(replace(one, regime=regime_of(end)) for one in findings) if end else tuple(findings)
