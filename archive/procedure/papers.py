"""The papers a step rests on, as events tell them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from archive.vietnam import day_of


@dataclass(frozen=True)
class Paper:
    """A paper with its number and date (văn bản).

    Attributes:
        sha256: of its file, "" when there is none.
        file: its name, when the file itself waits on the shelf (`archive.paper_files`); "" when only its hash is known.
    """

    number: str
    day: date
    sha256: str = ""
    file: str = ""

    def as_json(self) -> dict[str, str]:
        """Return it as an event carries it."""
        told = {"number": self.number, "date": self.day.isoformat(), "sha256": self.sha256}
        return told | {"file": self.file} if self.file else told

    def __str__(self) -> str:
        """Return number and date, as a basis is written."""
        return f"{self.number}, {self.day.isoformat()}"


def day_taken(told: Mapping[str, Any], at: datetime) -> date:
    """Return the day a step was taken, as the clock of who took it said.

    The ledger moves its times forward so that they increase; an event's own time may so be later, never earlier.

    Raises:
        ValueError: it names no day.
    """
    return date.fromisoformat(told["on"]) if told.get("on") else day_of(at)


def paper_of(told: Mapping[str, Any]) -> Paper:
    """Return the paper an event tells of.

    Raises:
        KeyError, ValueError, TypeError: it tells of none.
    """
    return Paper(
        str(told["number"]),
        date.fromisoformat(told["date"]),
        str(told.get("sha256", "")),
        str(told.get("file", "")),
    )
