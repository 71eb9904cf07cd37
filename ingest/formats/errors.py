"""What can go wrong with one file; the others of the batch go on."""

from __future__ import annotations

from archive.reason import Reason, because
from ingest.errors import IngestError, detail


class CannotOpenError(IngestError):
    """A file could not be worked on: the reader refused it, hung on it, or died of it.

    Attributes:
        reason: for a person, without the file's name.
    """

    def __init__(self, reason: str | Reason) -> None:
        super().__init__(reason)
        self.reason = detail(reason)


def tool_ended(tool: str, code: int | None, output: str) -> Reason:
    """Return the reason that a tool ended badly, with the last it printed."""
    return because("ingest.tool-ended", tool=tool, exit=code, said=output.strip()[-300:])
