"""What can be wrong with a time-stamp or with who gives it."""

from __future__ import annotations

from typing import ClassVar

from archive.errors import ArchiveError


class TimestampError(ArchiveError):
    """This cannot be taken as a time-stamp: it is none, is over something else, or nobody vouches for it."""

    reason_code: ClassVar[str] = "archive.stamp-not-taken"
