"""What can stop the intake of one submission; the queue goes on with the next."""

from __future__ import annotations

from archive.errors import TangThuError, TemporaryError


class IngestError(TangThuError):
    """One submission cannot go on; the message says why and what to do."""


class ToolMissingError(TemporaryError):
    """A tool the step needs is not installed or does not answer; the step waits for it.

    Attributes:
        tool: its name, as `tangthu doctor` prints it.
    """

    def __init__(self, tool: str, message: str) -> None:
        super().__init__(f"{tool}: {message}; `tangthu doctor` says what is missing")
        self.tool = tool


class BadMessageError(IngestError):
    """One message cannot be taken in, and will not be when it is fetched again; its sender is told.

    Attributes:
        code: finding code in the rule catalogue.
        reason: for the finding's text.
    """

    def __init__(self, code: str, reason: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason


class UnreadableDeliveryError(IngestError):
    """What arrived cannot be opened at all.

    Attributes:
        code: finding code in the rule catalogue.
        place: what inside the delivery.
    """

    def __init__(self, code: str, place: str, message: str) -> None:
        super().__init__(f"{place}: {message}")
        self.code = code
        self.place = place
        self.reason = message


def too_large(limit: int) -> BadMessageError:
    """Return the error for a message of more than `limit` bytes."""
    return BadMessageError(
        "MESSAGE_TOO_LARGE",
        f"{limit} byte",
        f"the message is larger than {limit} bytes; send the case file in parts",
    )
