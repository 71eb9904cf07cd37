"""Days as people type and read them: day/month/year, as the law writes them; what is no day is said, not guessed.

A browser's own date field shows the day in the order of the browser's language (is 11/05/2026 in May or November?), so
the pages have text fields; the order of the ISO (2026-05-11) is understood, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from portal.i18n import _

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


def day_text(typed: str | None) -> str | None:
    """Return a day as a field shows it, 31/12/2020; what is no day as it was typed."""
    day = day_typed(typed or "")
    return day.strftime("%d/%m/%Y") if day else typed


def iso_text(typed: str) -> str:
    """Return a typed day in the order of the ISO, for what reads no other; what is no day as it was typed."""
    day = day_typed(typed)
    return day.isoformat() if day else typed


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


@dataclass(frozen=True)
class DayField:
    """One of the two fields of a range on a page.

    Attributes:
        value: as it is shown; what was typed when that is no day.
        fault: what is wrong with it, in the reader's language, "".
    """

    name: str
    title: str
    value: str
    fault: str


def day_fields(days: Days, t: Callable[[Any], str]) -> list[DayField]:
    """Return the fields "from" and "to" as a page shows them.

    Args:
        t: turns a message into the reader's language.
    """
    fields = []
    for name, title in (("from", _("From day")), ("to", _("To day"))):
        typed = days.typed.get(name, "")
        fields.append(DayField(name, t(title), day_text(typed) or "", _fault(days, name, typed, t)))
    return fields


def _fault(days: Days, name: str, typed: str, t: Callable[[Any], str]) -> str:
    fault = days.faults.get(name, "")
    if fault == NO_DAY:
        said = {"typed": typed}
        return t(_("“${typed}” is no day, so it was left out. Write it like 31/12/2020.", mapping=said))
    return t(_("This day is before the first one, so both were left out.")) if fault == TURNED else ""
