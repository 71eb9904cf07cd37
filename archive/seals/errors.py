"""What can be wrong with a seal."""

from __future__ import annotations

from typing import ClassVar

from archive.errors import ArchiveError


class SealError(ArchiveError):
    """A seal cannot be used, or could not be put on; nothing was sealed."""

    reason_code: ClassVar[str] = "archive.seal-not-usable"
