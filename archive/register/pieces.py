"""A list in pieces of which each fits into one question to the database.

SQLite takes 32,766 values in one statement unless it was built otherwise, PostgreSQL 65,535; a list of case files may
be longer than either.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

AT_ONCE = 1000
"""Values in one IN (...)."""

T = TypeVar("T")


def pieces(values: Iterable[T], size: int = AT_ONCE) -> Iterator[list[T]]:
    """Yield the values in their order, `size` at a time; nothing when there are none."""
    left = iter(values)
    while piece := list(islice(left, size)):
        yield piece
