"""Quarantine."""

from __future__ import annotations

from archive.holders import Holder


def holders() -> list[Holder]:
    """Return the index as a holder."""
    return []
