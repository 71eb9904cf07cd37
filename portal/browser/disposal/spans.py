"""Over which days the page of what falls due looks: until today, this whole year, or the next. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class When(StrEnum):
    """What of that which falls due is shown."""

    NOW = ""
    THIS_YEAR = "this-year"
    NEXT_YEAR = "next-year"


@dataclass(frozen=True)
class Span:
    """The days on which a case file falls due, both included.

    Attributes:
        since: the first of them; None for no bound.
        until: the last of them.
    """

    since: date | None
    until: date


def span(when: When, today: date) -> Span:
    """Return the days of a choice, as seen today: this year is the whole of it, what is due since January too."""
    if when is When.NOW:
        return Span(None, today)
    year = today.year + (when is When.NEXT_YEAR)
    return Span(date(year, 1, 1), date(year, 12, 31))


def when_of(text: str) -> When:
    """Return the choice of a form; anything else is what is due now."""
    return When(text) if text in set(When) else When.NOW
