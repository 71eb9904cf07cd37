"""Lets pyHanko's past validation see the moment that is judged, and not the moment the program runs.

A verdict must come out the same when it is recomputed years later from the package alone. The library takes the
moment as an argument nearly everywhere; only past certificate validation and its register of proofs of existence
ask the clock (pyhanko-certvalidator 0.33, `ltv/ades_past.py` and `ltv/poe.py`), so there it is stopped for the while.
One signature is judged at a time in a process; a second thread would see the stopped clock, so the door holds a lock.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, tzinfo
from typing import Any

from pyhanko_certvalidator.ltv import ades_past, poe

_LOCK = threading.Lock()
_MODULES: tuple[Any, ...] = (ades_past, poe)


@contextmanager
def still_at(moment: datetime) -> Iterator[None]:
    """Make it this moment for the library while the block runs."""

    class _Still(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return moment.astimezone(tz) if tz is not None else moment.replace(tzinfo=None)

    with _LOCK:
        kept = [module.datetime for module in _MODULES]
        for module in _MODULES:
            module.datetime = _Still
        try:
            yield
        finally:
            for module, own in zip(_MODULES, kept, strict=True):
                module.datetime = own
