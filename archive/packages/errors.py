"""What can stop the making or the reading of a package."""

from __future__ import annotations

from typing import ClassVar

from archive.errors import ArchiveError


class PackageError(ArchiveError):
    """Base of this room's errors."""


class UnwritableError(PackageError):
    """The facts hold something no package can carry; nothing was written.

    Attributes:
        place: the field or file at fault.
    """

    reason_code: ClassVar[str] = "archive.unwritable"

    def __init__(self, place: str, message: str) -> None:
        super().__init__(f"{place}: {message}", place=place)
        self.place = place


class UnreadableError(PackageError):
    """The file is not a package of ours, or is too damaged to be read; `verify` says where."""

    reason_code: ClassVar[str] = "archive.package-unreadable"
