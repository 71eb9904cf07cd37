"""A range of days as people type it: ISO or day/month/year; what is no day is said, not guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

_TYPED = re.compile(r"(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4})")
NO_DAY, TURNED = "no-day", "turned"
"""Faults of a range: a text that is no day; a first day behind the last."""


def day_typed(text: str) -> date | None:
    """Return the day a text stands for: 2020-12-31, 31/12/2020, 31-12-2020 or 31.12.2020; None for anything else."""
    text = text.strip()
    found = _TYPED.fullmatch(text)
    try:
        if found:
            day, month, year = map(int, found.groups())
            return date(year, month, day)
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


@dataclass(frozen=True)
class Days:
    """A range of days to search in.

    Attributes:
        first: None for no limit; the same for `last`.
        faults: "from" or "to" -> what is wrong with it; a faulty range limits nothing on that side.
        typed: "from" and "to" as they were typed, to be shown again.
    """

    first: date | None = None
    last: date | None = None
    faults: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)

    @property
    def limits(self) -> tuple[str, str]:
        """Return first and last day in ISO form; "" for no limit."""
        return tuple(day.isoformat() if day else "" for day in (self.first, self.last))  # type: ignore[return-value]


def days_of(first: str, last: str) -> Days:
    """Return the range two typed days make; a range that ends before it begins limits nothing."""
    typed = {"from": first, "to": last}
    found = {name: day_typed(text) for name, text in typed.items()}
    faults = {name: NO_DAY for name, text in typed.items() if text and found[name] is None}
    begins, ends = found["from"], found["to"]
    if begins and ends and ends < begins:
        return Days(None, None, {"to": TURNED}, typed)
    return Days(begins, ends, faults, typed)
