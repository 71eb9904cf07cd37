"""What the doctor saw of one tool, file or part: as data, told in the language of whoever looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from archive.reason import Reason, as_json, because

VERSION = "operations.version"
"""Code of what a tool says of itself, in its own words."""
KINDS = frozenset({"store", "inbox", "follower", "seal"})


@dataclass(frozen=True)
class Sign:
    """One thing the doctor looked at.

    Attributes:
        name: of a tool or part, or a kind (store, inbox, follower, seal), a space, and a name.
        well: None when a part is simply not running now (not an illness of the installation).
        what: what it is and in which version, or what is wrong with it.
        mend: what to do when it is not well.
    """

    name: str
    well: bool | None
    what: Reason
    mend: Reason | None = None

    @property
    def found(self) -> str:
        """Return what was found, in English."""
        return str(self.what)

    @property
    def remedy(self) -> str:
        """Return what to do, in English; "" when nothing is to be done."""
        return str(self.mend) if self.mend else ""

    @property
    def title(self) -> Reason:
        """Return what it is called."""
        kind, _, name = self.name.partition(" ")
        if kind in KINDS and name:
            return because("operations.one-of", kind=kind, name=name)
        return because("operations.part", name=self.name)

    def facts(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "name": self.name,
            "well": self.well,
            "found": self.found,
            "remedy": self.remedy,
            "what": as_json(self.what),
            "mend": as_json(self.mend) if self.mend else None,
        }


def sign(name: str, trouble: Reason | None, found: Reason, mend: Reason) -> Sign:
    """Return a well sign when there is no trouble, otherwise one that names it and what to do."""
    return Sign(name, False, trouble, mend) if trouble else Sign(name, True, found)


def version(text: str) -> Reason:
    """Return what a tool says of itself, as it says it."""
    return because("operations.version", text=text)
