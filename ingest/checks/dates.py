"""Dates as descriptions write them: DD/MM/YYYY (TT 02/2019/TT-BNV Phụ lục I; TT 05/2025 SIP fields)."""

from __future__ import annotations

import re
from datetime import date

_DATE = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})")


def parse_date(text: str) -> date | None:
    """Return the real calendar day `DD/MM/YYYY` names; None for anything else (`31/02/2020`, `1/2/2020`, ``)."""
    match = _DATE.fullmatch(text.strip())
    if match is None:
        return None
    day, month, year = (int(part) for part in match.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return None


def format_date(day: date) -> str:
    """Return the day as descriptions write it, DD/MM/YYYY."""
    return f"{day.day:02}/{day.month:02}/{day.year:04}"
