"""Custody."""

from __future__ import annotations

from archive.holders import Holder


def store_holders() -> list[Holder]:
    """Return every store as a holder."""
    return []
