"""What can stop the work of the vault. A finding is data and never raised; these are errors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from archive.reason import Reason, because


class TangThuError(Exception):
    """Base of every error this project raises on purpose.

    The message says what happened, where, and what to do next; it is fit to be shown to a user.

    Attributes:
        reason_code: of the reason of an error that is made with a plain sentence. In Vietnamese such a reason tells
            only what kind of trouble it is; the sentence is its value `said`.
        reason: why, as data; told in the reader's language where it is shown.
    """

    reason_code: ClassVar[str] = "archive.unforeseen"
    reason: Reason

    def __init__(self, message: str | Reason = "", **params: Any) -> None:
        super().__init__(str(message))
        self.reason = (
            message if isinstance(message, Reason) else because(self.reason_code, said=message, **params)
        )


class ArchiveError(TangThuError):
    """The vault could not do what was asked."""


class TemporaryError(TangThuError):
    """A part is missing, slow or full right now: the same call may succeed later.

    Only this kind is retried (style: temporary and permanent failure are different values).
    """

    reason_code: ClassVar[str] = "archive.not-now"


class SettingsError(TangThuError):
    """`tangthu.toml` or the environment holds something unknown or impossible."""

    reason_code: ClassVar[str] = "archive.wrong-setting"


class NotFoundError(ArchiveError):
    """Nothing in the register has that identifier."""

    reason_code: ClassVar[str] = "archive.not-found"


class NotAllowedError(ArchiveError):
    """The viewer may not read or do this."""

    reason_code: ClassVar[str] = "archive.not-allowed"


class OrderRefusedError(ArchiveError):
    """An order failed the vault's own check; nothing was done.

    Attributes:
        reasons: every reason found.
    """

    def __init__(self, reasons: Sequence[Reason]) -> None:
        super().__init__(because("archive.order-refused", reasons=reasons))
        self.reasons = tuple(reasons)


class AlreadyStoredError(ArchiveError):
    """A store already holds other bytes under that name; stores never overwrite."""

    reason_code: ClassVar[str] = "archive.already-stored"


class DamagedError(ArchiveError):
    """Bytes read back are not the bytes that were written.

    Attributes:
        place: store and name of the damaged object.
    """

    reason_code: ClassVar[str] = "archive.damaged"

    def __init__(self, place: str, message: str) -> None:
        super().__init__(f"{place}: {message}", place=place)
        self.place = place


class LedgerError(ArchiveError):
    """The ledger is not what it was: an event was changed, removed or moved."""

    reason_code: ClassVar[str] = "archive.ledger-wrong"
