"""What every store can do. Names are keys with "/" and never change; nothing is ever overwritten."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol, runtime_checkable

from archive.errors import TemporaryError


@dataclass(frozen=True)
class Stored:
    """A thing in a store."""

    name: str
    size: int


@dataclass(frozen=True)
class Left:
    """What a store still has of a name: the object, older versions, quarantined and half-written ones.

    Attributes:
        until: objects are locked until this moment (aware); the store cannot erase them before.
    """

    objects: int
    until: datetime | None = None


class Store(Protocol):
    """A place that keeps packages and sealed ledger segments.

    Errors: `TemporaryError` when the place is full, slow or gone; `AlreadyStoredError` when other bytes are
    there under the name; `NotFoundError` when nothing is. No built-in exception leaks.
    """

    @property
    def name(self) -> str:
        """Return the store's name, as settings give it."""
        ...

    def put(self, name: str, source: Path) -> Stored:
        """Copy a file in, whole or not at all; putting the same bytes twice is fine."""
        ...

    def open(self, name: str) -> BinaryIO:
        """Return a seekable stream of the stored bytes; the caller closes it."""
        ...

    def size(self, name: str) -> int | None:
        """Return the size in bytes, None when nothing is there."""
        ...

    def names(self, prefix: str = "") -> Iterator[str]:
        """Yield the names that begin with a prefix, in the store's own order (a folder: sorted).

        What is half-written or in quarantine is no name.
        """
        ...

    def quarantine(self, name: str) -> str:
        """Move a damaged object aside, never delete it; return its new name."""
        ...

    def erase(self, name: str) -> str:
        """Overwrite and remove an object and all that is left of it; return how, in NIST SP 800-88 words.

        Erasing what is not there is fine and says so. What is locked stays, and the answer begins with "not erased".
        """
        ...

    def left(self, name: str) -> Left:
        """Look again: return what is still there of a name."""
        ...


@runtime_checkable
class ErasesMany(Store, Protocol):
    """A store that is quicker when it makes many erasures last at once."""

    def erasing_many(self) -> AbstractContextManager[None]:
        """Have this thread's erasures last only from the end of the block on; what they did is done before.

        The end raises `TemporaryError` when they may not last: erase again what was erased.
        """
        ...


def read_whole(store: Store, name: str) -> bytes:
    """Return the bytes of something small: a segment of the ledger, a checkpoint.

    Raises:
        NotFoundError: nothing is there.
        TemporaryError: the store does not answer, or stops answering while it is read.
    """
    with store.open(name) as stream:
        try:
            return stream.read()
        except OSError as error:
            why = os.strerror(error.errno) if error.errno else str(error)
            raise TemporaryError(f"store {store.name}: {name} cannot be read: {why}") from error
