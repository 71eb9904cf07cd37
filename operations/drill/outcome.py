"""What a drill came to, as data."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from operations.backups.state import Compared


@dataclass(frozen=True)
class Drill:
    """What a drill came to.

    Attributes:
        source: "stores", or the backup's folder.
        compared: each figure before and after.
        faults: what was found wrong, as sentences.
        samples: packages that were read and checked.
        adopted: packages found in the stores without an event.
        seconds: from nothing to everything restored.
        minutes: where the minutes are.
        not_compared: names of figures that say nothing, because the archive went on meanwhile or nobody had noted them.
        applied: events that happened after the backup and were applied to what it gave.
        destroyed_since: case files that one of them destroyed, and that therefore did not come back.
    """

    source: str
    started_at: datetime
    ended_at: datetime
    compared: tuple[Compared, ...]
    faults: tuple[str, ...]
    samples: tuple[dict[str, Any], ...]
    adopted: tuple[str, ...]
    seconds: float
    actor: str
    stores: tuple[str, ...]
    minutes: str = ""
    not_compared: tuple[str, ...] = ()
    applied: int = 0
    destroyed_since: int = 0

    @property
    def equal(self) -> bool:
        """Say whether everything that was compared is what it was, and nothing was there that nobody knows of."""
        return (
            all(one.equal for one in self.compared)
            and not self.faults
            and not self.adopted
            and all(one["good"] for one in self.samples)
        )

    def facts(self) -> dict[str, Any]:
        """Return it as JSON values."""
        compared = [{**asdict(one), "equal": one.equal} for one in self.compared]
        return {**asdict(self), "compared": compared, "equal": self.equal}
