"""What an open order waits for. Pure; which step it is says the folder of each kind of order."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from archive.viewer import Role, same_person


@dataclass(frozen=True)
class NextStep:
    """What an open order waits for.

    Attributes:
        what: a message.
        roles: who may do it; one of them is enough.
        not_they: account names that may not, though they hold the role.
        only: the accounts that may; empty when it is open to all who hold the role.
    """

    what: Any
    roles: tuple[Role, ...]
    not_they: tuple[str, ...]
    only: tuple[str, ...] = ()

    def among(self, holders: Collection[str]) -> list[str]:
        """Return those of the role's holders who may."""
        return sorted(
            name
            for name in holders
            if not any(same_person(name, other) for other in self.not_they)
            and (not self.only or any(same_person(name, one) for one in self.only))
        )
