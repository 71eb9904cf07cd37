"""What can stop somebody from proving a second factor."""

from __future__ import annotations

from archive.errors import ArchiveError


class SecondFactorError(ArchiveError):
    """The code did not count, or there is no authenticator; nothing was done."""
