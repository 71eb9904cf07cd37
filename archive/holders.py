"""Holders: everything that has a copy of a record's bytes or words (design section 5).

Found by entry point, so that the vault imports none of them. A destruction is complete when every holder
gave a receipt that says the record is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from importlib.metadata import entry_points
from typing import Protocol, runtime_checkable

from archive.errors import TangThuError

GROUP = "tangthu.holders"


@dataclass(frozen=True)
class Erasure:
    """A holder's receipt.

    Attributes:
        holder: its name, unique.
        what: what was there ("v0001.zip, 81 kB", "7 index documents", "nothing").
        how: in NIST SP 800-88 words: clear, purge, destroy, or "not applicable".
        gone: the holder looked again afterwards and found nothing.
        expires_on: for backups: the day the bytes will be gone.
    """

    holder: str
    what: str
    how: str
    at: datetime
    gone: bool
    expires_on: date | None = None


@dataclass(frozen=True)
class Target:
    """What is to be erased: enough for a holder that knows only names."""

    case_file_id: str
    code: str
    submission_ids: tuple[str, ...]
    package_names: tuple[str, ...]


class Holder(Protocol):
    """A place that has a copy."""

    @property
    def name(self) -> str:
        """Return the holder's name, unique over all holders."""
        ...

    def erase(self, target: Target) -> Erasure:
        """Erase everything of that case file, look again, and say so. Safe to call twice."""
        ...


Said = Erasure | TangThuError | OSError
"""What a holder said of a case file: its receipt, or why it could not erase it."""


@runtime_checkable
class HolderOfMany(Holder, Protocol):
    """A holder that is quicker with many case files at once than with one after another."""

    def erase_many(self, targets: Iterable[Target]) -> Iterator[tuple[Target, Said]]:
        """Do what `erase` does with each of them, and yield what came of it.

        What one of them runs into keeps none of the others. The targets are taken one by one, each as late as can be:
        whoever gives them may leave one out until it is taken.
        """
        ...


def erase_each(holder: Holder, targets: Iterable[Target]) -> Iterator[tuple[Target, Said]]:
    """Have a holder erase many case files, at once if it can, else one after another; yield what came of each."""
    if isinstance(holder, HolderOfMany):
        yield from holder.erase_many(targets)
        return
    for target in targets:
        yield target, said_of(holder, target)


def said_of(holder: Holder, target: Target) -> Said:
    """Have a holder erase one case file and return its receipt, or the trouble it had."""
    try:
        return holder.erase(target)
    except (TangThuError, OSError) as error:
        return error


def holders() -> list[Holder]:
    """Return every holder installed, by name; each entry point is a function returning some."""
    found: list[Holder] = []
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        make: Callable[[], Iterable[Holder]] = point.load()
        found.extend(make())
    return sorted(found, key=lambda holder: holder.name)
