"""What the doctor saw of one tool, file or part."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sign:
    """One thing the doctor looked at.

    Attributes:
        well: None when a part is simply not running now (not an illness of the installation).
        found: what it is and in which version, or what is wrong with it.
        remedy: what to do when it is not well.
    """

    name: str
    well: bool | None
    found: str
    remedy: str = ""


def sign(name: str, trouble: str, found: str, remedy: str) -> Sign:
    """Return a well sign when there is no trouble, otherwise one that names it and what to do."""
    return Sign(name, False, trouble, remedy) if trouble else Sign(name, True, found)
