"""Reads the ledger for `search`."""

from __future__ import annotations

from archive.ledger.event import Event
from archive.ledger.follow import Follower


def _handle(events: list[Event]) -> None:
    """Stub until the room is built."""


follower = Follower("search", _handle)
