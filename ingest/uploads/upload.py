"""What is known of one upload."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Purpose(StrEnum):
    """What becomes of an upload once it is whole."""

    SUBMISSION = "submission"  # it is a package, and is received
    DRAFT = "draft"  # it is a file of a case file somebody describes in the form


@dataclass(frozen=True)
class Upload:
    """One file on its way in, in pieces.

    Attributes:
        holder: account that began it; nobody else sees it.
        length: bytes it will have; announced when it was begun.
        offset: bytes that are safely here.
        file_name: as sent, for people only.
        message_id: what the package is received under, so that it is received once.
        draft: the draft it is for; "" for a package.
        expires_at: when it is given up; every piece that comes moves it.
        received: it was, under its message id.
    """

    id: str
    agency_code: str
    holder: str
    length: int
    offset: int
    file_name: str
    purpose: Purpose
    message_id: str
    draft: str
    created_at: datetime
    expires_at: datetime
    received: bool = False

    @property
    def whole(self) -> bool:
        """Say whether everything has come."""
        return self.offset == self.length
