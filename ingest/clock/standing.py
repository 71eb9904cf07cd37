"""How a delivery stands against the time it is to be dealt with in: what is left, or by how much it was late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Standing:
    """A delivery and its deadline.

    Attributes:
        due_at: the last moment that was or is in time.
        margin: from the decision, or from now while there is none, to `due_at`; negative when that is over.
        decided: the clock has stopped.
    """

    due_at: datetime
    margin: timedelta
    decided: bool

    @property
    def late(self) -> bool:
        """Say whether the time is over, or was when it was decided."""
        return self.margin < timedelta(0)


def standing(due_at: datetime | None, decided_at: datetime | None, now: datetime) -> Standing | None:
    """Return how it stands; None when the regulation sets no time.

    A question to the office does not stop the clock: no regulation read here says that it does.
    """
    if due_at is None:
        return None
    return Standing(due_at, due_at - (decided_at or now), decided_at is not None)
