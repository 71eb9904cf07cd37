"""A store that is only read: a drill must not change what it drills for, whatever goes wrong in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NoReturn

from archive.stores.interface import Left, Store, Stored
from operations.errors import DrillError


class OnlyRead:
    """Hands on every question to a store, and refuses to change anything in it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def name(self) -> str:
        """Return the store's name."""
        return self._store.name

    def open(self, name: str) -> BinaryIO:
        """Return a stream of the stored bytes."""
        return self._store.open(name)

    def size(self, name: str) -> int | None:
        """Return the size in bytes, None when nothing is there."""
        return self._store.size(name)

    def names(self, prefix: str = "") -> Iterator[str]:
        """Yield the names below a prefix."""
        return self._store.names(prefix)

    def left(self, name: str) -> Left:
        """Return what is left of an object."""
        return self._store.left(name)

    def put(self, name: str, source: Path) -> Stored:
        """Refuse."""
        self._refuse(name)

    def quarantine(self, name: str) -> str:
        """Refuse."""
        self._refuse(name)

    def erase(self, name: str) -> str:
        """Refuse."""
        self._refuse(name)

    def _refuse(self, name: str) -> NoReturn:
        raise DrillError(f"a drill changes nothing in store {self.name}; it wanted to change {name}")
