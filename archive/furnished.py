"""How far a house with sample data is furnished: the machine room writes it, the portal's start page shows it.

A house without sample data has no such file. Nothing is decided by it: it tells a newcomer what to wait for and where
to look, and is made anew at each start.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from archive.settings import ArchiveSettings

LONGEST = 100_000
"""Bytes read at most."""


class Standing(StrEnum):
    """How one thing stands."""

    WAITS = "waits"  # its case file is not stored yet
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class Furnished:
    """One thing in the house.

    Attributes:
        part: which, as the machine room calls it.
        about: id of what was made, "" when it has none.
        detail: why it failed.
    """

    part: str
    standing: Standing
    about: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Furnishing:
    """How far all of it is.

    Attributes:
        wanted: deliveries of the sample offices; `arrived` of them are here, `under_way` of those not settled.
        ended: whether nobody waits any more for what has not come.
    """

    wanted: int
    arrived: int
    under_way: int
    pieces: tuple[Furnished, ...]
    ended: bool = False

    @property
    def settled(self) -> bool:
        """Say whether nothing is waited for any more."""
        waits = any(one.standing is Standing.WAITS for one in self.pieces)
        return self.ended or (self.arrived >= self.wanted and not self.under_way and not waits)


def _file() -> Path:
    return ArchiveSettings.load().data / "furnished.json"


def write(found: Furnishing) -> None:
    """Keep how far it is, in one move: who reads sees the one before or this one."""
    text = json.dumps(asdict(found), ensure_ascii=False)
    target = _file()
    beside = target.with_suffix(".new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(target)


def forget() -> None:
    """Take away what an earlier start with sample data said, for a house that starts without."""
    _file().unlink(missing_ok=True)


def read() -> Furnishing | None:
    """Return how far it is; None in a house without sample data, or when the file says nothing that can be read."""
    try:
        with _file().open("rb") as stream:
            facts = json.loads(stream.read(LONGEST))
        pieces = [
            Furnished(str(one["part"]), Standing(one["standing"]), str(one["about"]), str(one["detail"]))
            for one in facts["pieces"]
        ]
        wanted, arrived, under_way = (int(facts[name]) for name in ("wanted", "arrived", "under_way"))
        return Furnishing(wanted, arrived, under_way, tuple(pieces), bool(facts["ended"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
