"""A place where files are left: what a folder on this machine and one on an SFTP server have in common."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

MAX_FILES = 100_000
"""Files looked at in one folder at a time; the rest has its turn when these are gone."""


@dataclass(frozen=True)
class Found:
    """A plain file: its name, bytes, and when it was last written (seconds, by the clock of the place)."""

    name: str
    size: int
    modified: float


class Place(Protocol):
    """Folders below one root. `folder` is a name below it, "" the root itself.

    Errors: `TemporaryError` for what the disk or the line refuses; `IngestError` for what will not go away by itself.
    """

    def files(self, folder: str) -> list[Found]:
        """Return the plain files of a folder, at most `MAX_FILES`; links are no files."""
        ...

    def read(self, folder: str, name: str) -> AbstractContextManager[Iterator[bytes]]:
        """Open a plain file and give its bytes in pieces."""
        ...

    def move(self, folder: str, name: str, to_folder: str, to_name: str) -> bool:
        """Move a file in one act; False, and nothing done, when something of that name is there already."""
        ...

    def write(self, folder: str, name: str, data: bytes) -> None:
        """Write a small file in one act, replacing one of the same name; makes the folder."""
        ...

    def remove(self, folder: str, name: str) -> None:
        """Remove a file; nothing when it is not there."""
        ...

    def make(self, folder: str) -> None:
        """Make a folder below the root; the root itself is never made."""
        ...

    def close(self) -> None:
        """Let connections go."""
        ...
