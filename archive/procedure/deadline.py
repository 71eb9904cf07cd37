"""Until when a decided list must have begun to be carried out, and how near that day is. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from archive.register.models import Regime

DAYS_TO_EXECUTE = 15
"""R2: execution at most 15 days after the decision (TT 06/2025/TT-BNV)."""
DAYS_OF_WARNING = 5
"""Days that are left when people are warned; ours, no law names them."""


def last_day_to_begin(regime: str, decided: date) -> date | None:
    """Return the last day on which a decision may begin to be carried out.

    Our reading: the limit binds what is under the new law (R2); the old law set none.

    Args:
        regime: "R1" or "R2".
        decided: the date of the decision.
    """
    return decided + timedelta(days=DAYS_TO_EXECUTE) if regime == Regime.R2 else None


def decided_by(today: date) -> date:
    """Return the day of the latest decision that people are warned of: it, and all before it."""
    return today + timedelta(days=DAYS_OF_WARNING - DAYS_TO_EXECUTE)


@dataclass(frozen=True)
class Deadline:
    """The last day of a decision, as seen on a day."""

    last: date
    today: date

    @property
    def days_left(self) -> int:
        """Return how many days are left: 0 on the last day itself, negative afterwards."""
        return (self.last - self.today).days

    @property
    def over(self) -> bool:
        """Say whether it is too late: the vault refuses to begin."""
        return self.days_left < 0

    @property
    def near(self) -> bool:
        """Say whether people are to be warned."""
        return self.days_left <= DAYS_OF_WARNING
