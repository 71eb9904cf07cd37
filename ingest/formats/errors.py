"""What can go wrong with one file; the others of the batch go on."""

from __future__ import annotations

from ingest.errors import IngestError


class CannotOpenError(IngestError):
    """A file could not be worked on: the reader refused it, hung on it, or died of it.

    Attributes:
        reason: in words for a person, without the file's name.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
