"""What can stop the work of the vault. A finding is data and never raised; these are errors."""

from __future__ import annotations


class TangThuError(Exception):
    """Base of every error this project raises on purpose.

    The message says what happened, where, and what to do next; it is fit to be shown to a user.
    """


class ArchiveError(TangThuError):
    """The vault could not do what was asked."""


class TemporaryError(TangThuError):
    """A part is missing, slow or full right now: the same call may succeed later.

    Only this kind is retried (style: temporary and permanent failure are different values).
    """


class SettingsError(TangThuError):
    """`tangthu.toml` or the environment holds something unknown or impossible."""


class NotFoundError(ArchiveError):
    """Nothing in the register has that identifier."""


class NotAllowedError(ArchiveError):
    """The viewer may not read or do this."""


class OrderRefusedError(ArchiveError):
    """An order failed the vault's own check; nothing was done.

    Attributes:
        reasons: every reason found, as sentences.
    """

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__("order refused: " + "; ".join(reasons))
        self.reasons = reasons


class AlreadyStoredError(ArchiveError):
    """A store already holds other bytes under that name; stores never overwrite."""


class DamagedError(ArchiveError):
    """Bytes read back are not the bytes that were written.

    Attributes:
        place: store and name of the damaged object.
    """

    def __init__(self, place: str, message: str) -> None:
        super().__init__(f"{place}: {message}")
        self.place = place


class LedgerError(ArchiveError):
    """The ledger is not what it was: an event was changed, removed or moved."""
