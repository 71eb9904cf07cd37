"""Offline media as one who has copies: nobody can erase on them from here, so a day is promised and kept.

A medium with a destroyed record on it has to be destroyed physically ("destroy" in NIST SP 800-88 words) within
`media_destroy_days`; our own term, the law names none. What is still kept of it is first exported to another one.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from archive.errors import NotFoundError
from archive.holders import Erasure, Holder, Target
from archive.media.records import STANDING, media_with, note
from archive.register.media import Medium, MediumState
from archive.register.session import reading, transaction
from archive.settings import ArchiveSettings
from archive.vietnam import day_of

NAME = "media"
NOTHING = "not applicable: on no medium"
OWED = "destroy (NIST SP 800-88) is owed: the media are to be physically destroyed by {day}"
DESTROYED = "destroy (NIST SP 800-88): the media were physically destroyed"


class MediaHolder:
    """All media together."""

    @property
    def name(self) -> str:
        """Return `media`."""
        return NAME

    def erase(self, target: Target) -> Erasure:
        """Say which media hold it, and by which day they are to be destroyed; gone when all of them are."""
        now = datetime.now(UTC)
        with reading() as session:
            found = media_with(session, target.package_names)
            numbers = ", ".join(medium.number for medium in found)
            owed = any(medium.state in STANDING for medium in found)
        if not found:
            return Erasure(NAME, "nothing", NOTHING, now, gone=True)
        if not owed:
            return Erasure(NAME, f"media {numbers}", DESTROYED, now, gone=True)
        day = day_of(now) + timedelta(days=ArchiveSettings.load().media_destroy_days)
        how = OWED.format(day=day.isoformat())
        return Erasure(NAME, f"media {numbers}", how, now, gone=False, expires_on=day)


def holders() -> list[Holder]:
    """Return the media as a holder (entry point `tangthu.holders`)."""
    return [MediaHolder()]


def destroyed(number: str, *, document: str, actor: str, now: datetime) -> None:
    """Ledger that a medium was physically destroyed.

    What else stood on it stands on one medium less, and the next export writes it again. The receipts that promised it
    are for `archive.promises`.

    Args:
        number: of the medium.
        document: number and date of the minutes of its destruction.
        actor: who says so.
        now: aware time.

    Raises:
        NotFoundError: there is no such medium, or it is destroyed already.
    """
    with transaction() as session:
        row = session.get(Medium, number)
        if row is None or row.state == MediumState.DESTROYED:
            raise NotFoundError(
                f"there is no medium {number} that could be destroyed; `tangthu media list` shows them"
            )
        note(session, number, {"state": "destroyed", "document": document}, actor=actor, now=now)
