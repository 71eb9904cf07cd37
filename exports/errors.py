"""What can stop the work of `exports`."""

from __future__ import annotations

from typing import ClassVar

from archive.errors import TangThuError


class ExportError(TangThuError):
    """Base of this folder's errors."""

    reason_code: ClassVar[str] = "exports.not-given-out"


class NoGoodCopyError(ExportError):
    """No store has a sound copy of the package; repair it first.

    Attributes:
        name: the package's key in the stores.
    """

    reason_code: ClassVar[str] = "exports.no-good-copy"

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"{name}: {message}", name=name)
        self.name = name


class ReceiptError(ExportError):
    """A receipt cannot be read: it says neither yes nor no, so nothing is concluded from it."""

    reason_code: ClassVar[str] = "exports.receipt-unreadable"
