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
