"""What a member of a council says about one case file, and what the majority says. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class Choice(StrEnum):
    """What is to become of a case file."""

    DESTROY = "destroy"
    KEEP = "keep"  # it leaves the list, its period stays
    EXTEND = "extend"  # it leaves the list with a longer period


@dataclass(frozen=True)
class Ballot:
    """One member's word about one case file.

    Attributes:
        reason: needed unless it is to be destroyed.
        period: the new period in words ("20 năm", "Vĩnh viễn"), only with `EXTEND`.
    """

    choice: Choice
    reason: str = ""
    period: str = ""

    def as_json(self) -> dict[str, str]:
        """Return it as an event carries it."""
        return {"choice": self.choice.value, "reason": self.reason, "period": self.period}


@dataclass(frozen=True)
class Count:
    """How the votes on one case file fell.

    Attributes:
        periods: named by those who would extend, as they voted, each once.
    """

    destroy: int
    keep: int
    extend: int
    periods: tuple[str, ...] = ()

    @property
    def choice(self) -> Choice:
        """Return what the majority wants: more than half of the votes destroy or extend, everything else keeps.

        The majority is the law's (Law 01/2011/QH13 Điều 18); that a tie keeps the case file is our rule.
        """
        total = self.destroy + self.keep + self.extend
        if 2 * self.destroy > total:
            return Choice.DESTROY
        return Choice.EXTEND if 2 * self.extend > total else Choice.KEEP


def count(ballots: Collection[Ballot]) -> Count:
    """Return how these votes fell."""
    chosen = [ballot.choice for ballot in ballots]
    periods = dict.fromkeys(ballot.period for ballot in ballots if ballot.choice is Choice.EXTEND)
    return Count(
        chosen.count(Choice.DESTROY),
        chosen.count(Choice.KEEP),
        chosen.count(Choice.EXTEND),
        tuple(periods),
    )
