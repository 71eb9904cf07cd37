"""What can stop the machine room."""

from __future__ import annotations

from archive.errors import TangThuError


class PartError(TangThuError):
    """A part did not start, or died and could not be started again.

    Attributes:
        part: its name, as `tangthu doctor` prints it.
    """

    def __init__(self, part: str, message: str) -> None:
        super().__init__(f"{part}: {message}")
        self.part = part


class DrillError(TangThuError):
    """A backup or a drill cannot be made, or would do harm; the message says why."""
