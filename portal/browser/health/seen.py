"""What the doctor saw, kept for a minute: he starts seven programs, which no page may do at every reload.

One look at a time: who comes while the doctor looks waits for what he sees.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock

from operations.doctor import examine
from operations.sign import Sign

KEPT = timedelta(minutes=1)


@dataclass(frozen=True)
class Seen:
    """One look.

    Attributes:
        at: when it was begun (aware).
    """

    at: datetime
    signs: tuple[Sign, ...]


_last: dict[Path, Seen] = {}
_looking = Lock()


def look(house: Path, now: datetime, *, fresh: bool = False) -> Seen:
    """Return what the doctor sees of a house, or saw less than a minute ago.

    Args:
        house: folder of its data; a process serves one house, tests serve many.
        now: aware time.
        fresh: look now, unless somebody began to after `now`.
    """
    with _looking:
        last = _last.get(house)
        if last is not None and (last.at >= now if fresh else now - last.at < KEPT):
            return last
        _last.clear()
        _last[house] = Seen(now, tuple(examine()))
        return _last[house]
