"""What can stop the intake of one submission; the queue goes on with the next."""

from __future__ import annotations

from typing import ClassVar

from archive import sizes
from archive.errors import TangThuError, TemporaryError
from archive.reason import SAID, Reason, because


class IngestError(TangThuError):
    """One submission cannot go on; the message says why and what to do."""

    reason_code: ClassVar[str] = "ingest.cannot-go-on"


class ToolMissingError(TemporaryError):
    """A tool the step needs is not installed or does not answer; the step waits for it.

    Attributes:
        tool: its name, as `tangthu doctor` prints it.
    """

    reason_code: ClassVar[str] = "ingest.tool-missing"

    def __init__(self, tool: str, message: str) -> None:
        super().__init__(f"{tool}: {message}; `tangthu doctor` says what is missing", tool=tool)
        self.tool = tool


class NotYetError(TemporaryError):
    """What this delivery names has not come, or not been read, yet; it is looked for again."""


class BadMessageError(IngestError):
    """One message cannot be taken in, and will not be when it is fetched again; its sender is told.

    Attributes:
        code: finding code in the rule catalogue.
        reason: for the finding's text; a plain text is shown as it is, in both languages.
    """

    def __init__(self, code: str, reason: str | Reason, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.reason = shown(reason)


class UnreadableDeliveryError(IngestError):
    """What arrived cannot be opened at all.

    Attributes:
        code: finding code in the rule catalogue.
        place: what inside the delivery.
        reason: what is wrong there, for the finding's text; a plain text (a name, a number) is shown as it is.
    """

    def __init__(self, code: str, place: str, message: str | Reason) -> None:
        super().__init__(f"{place}: {message}")
        self.code = code
        self.place = place
        self.reason = shown(message)


def shown(message: str | Reason) -> Reason:
    """Return the reason itself, or one that says a name or a number as it is."""
    return message if isinstance(message, Reason) else because(SAID, text=message)


def detail(message: str | Reason) -> Reason:
    """Return the reason itself, or one that tells the sentence of a library or tool to readers of English."""
    return message if isinstance(message, Reason) else because("ingest.detail", said=message)


def too_large(limit: int) -> BadMessageError:
    """Return the error for a message of more than `limit` bytes."""
    return BadMessageError(
        "MESSAGE_TOO_LARGE",
        because("ingest.larger-than", bytes=limit),
        f"the message is larger than {sizes.size(limit, 'en')}; send the case file in parts",
    )
