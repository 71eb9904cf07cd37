"""What goes onto the next medium: ledger and evidence first, then minutes and packages by name until it is full."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from archive.errors import TemporaryError
from archive.evidence.roundfile import key_of as round_key
from archive.ledger.segment import key_of
from archive.media.medium import File, MediumError
from archive.media.records import (
    Item,
    MinutesItem,
    unwritten,
    unwritten_minutes,
    unwritten_rounds,
    unwritten_segments,
)
from archive.stores.interface import Store

MOST = 50_000
"""Packages on one medium at most: what is known of them is held in memory while it is written."""
BESIDE = 4 << 20
"""Bytes kept free for the files beside the payload, and for each file `PER_FILE`."""
PER_FILE = 2_000


@dataclass(frozen=True)
class Passed:
    """How far an export has come, as the greatest names that were planned: what was left out is not planned again."""

    packages: str = ""
    minutes: str = ""


@dataclass
class Planned:
    """One medium to be begun."""

    items: list[Item] = field(default_factory=list)
    minutes: list[MinutesItem] = field(default_factory=list)
    segments: list[int] = field(default_factory=list)
    rounds: list[int] = field(default_factory=list)
    size: int = field(default_factory=lambda: BESIDE)

    def __bool__(self) -> bool:
        return bool(self.items or self.minutes or self.segments or self.rounds)

    def passed(self, before: Passed) -> Passed:
        """Return how far the export has come with this medium."""
        return Passed(
            self.items[-1].line.name if self.items else before.packages,
            self.minutes[-1].file.name if self.minutes else before.minutes,
        )


def plan(
    session: Session,
    size: int,
    copies: int,
    passed: Passed,
    places: Sequence[Store],
    too_large: dict[str, None],
) -> Planned:
    """Return what goes onto the next medium; nothing when all of it stands on enough media.

    Args:
        session: on the register.
        size: bytes that one medium holds; 0 for no end.
        copies: on how many media each thing is to stand.
        passed: how far the export has come.
        places: stores to ask for sizes.
        too_large: gets the names of packages no medium of that size holds.

    Raises:
        MediumError: not even a segment of the ledger or a round of evidence fits.
        TemporaryError: no store gives a segment or a round.
    """
    made = Planned()
    made.segments = _numbered(
        made, unwritten_segments(session, copies=copies), key_of, size, places, "ledger seal"
    )
    made.rounds = _numbered(
        made, unwritten_rounds(session, copies=copies), round_key, size, places, "evidence renew"
    )
    for found in unwritten_minutes(session, copies=copies, after=passed.minutes):
        if _full(made, found.file, size):
            break
        made.minutes.append(found)
    for item in unwritten(session, copies=copies, after=passed.packages):
        if size and BESIDE + _need(item.line) > size:
            too_large[item.line.name] = None
            continue
        if len(made.items) >= MOST or _full(made, item.line, size):
            break
        made.items.append(item)
    return made


def _numbered(
    made: Planned,
    numbers: Iterable[int],
    key: Callable[[int], str],
    size: int,
    places: Sequence[Store],
    mends: str,
) -> list[int]:
    """Return how many of these files there is room for; none is passed by, because they go without a gap.

    Args:
        mends: the command that gives the stores what they lack of them.
    """
    found = []
    for number in numbers:
        need = _size_of(key(number), places, mends) + PER_FILE
        if size and BESIDE + need > size:
            raise MediumError(f"{size} bytes do not hold {key(number)} ({need}); take larger media")
        if size and made.size + need > size:
            break
        found.append(number)
        made.size += need
    return found


def _size_of(name: str, places: Sequence[Store], mends: str) -> int:
    for store in places:
        try:
            found = store.size(name)
        except TemporaryError:
            continue
        if found is not None:
            return found
    raise TemporaryError(f"no store gives {name}; run `tangthu {mends}`, then export again")


def _need(file: File) -> int:
    return file.size + PER_FILE + 4 * len(file.name.encode())


def _full(made: Planned, file: File, size: int) -> bool:
    """Say whether there is no room for a file; else take it."""
    need = _need(file)
    if size and made.size + need > size:
        return True
    made.size += need
    return False
