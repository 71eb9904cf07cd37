"""What the page of a delivery says of its hand-over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from archive.register.agreements import Agreement, Minutes, MinutesDue
from archive.register.models import SourceCopy, Submission, SubmissionState
from archive.viewer import Viewer
from ingest.agreements.versions import SEES
from portal.i18n import _

SOURCES = {
    SourceCopy.MAY_GO: _("The source may delete its copy."),
    SourceCopy.STAYS: _("The source keeps its copy."),
    SourceCopy.NOT_AGREED: _("Nothing was agreed on: the source keeps its copy."),
}


@dataclass(frozen=True)
class HandOverBlock:
    """The block.

    Attributes:
        minutes: printed; None while they are not.
        waits: they are still to be printed.
        source: what the source may do, a message; None when nothing was recorded.
        basis: by which rule or agreement.
        agreement: by which it was decided; None when an archivist decided, or the viewer may not see it.
        wanted_again: numbers of the documents that alone are asked for again.
    """

    minutes: Minutes | None
    waits: bool
    source: Any
    basis: str
    agreement: Agreement | None
    wanted_again: tuple[int, ...]

    def wanted_words(self, tell: Callable[[Any], str]) -> str:
        """Return what is asked for again, in the words `tell` finds for a message."""
        numbers = ", ".join(str(number) for number in self.wanted_again if number)
        parts = [tell(_("documents ${numbers}", mapping={"numbers": numbers}))] if numbers else []
        return ", ".join(
            [*([tell(_("the description of the case file"))] if 0 in self.wanted_again else []), *parts]
        )

    @property
    def says_something(self) -> bool:
        """Say whether there is anything to show."""
        return bool(self.minutes or self.waits or self.source or self.agreement or self.wanted_again)


def hand_over_of(session: Session, row: Submission, viewer: Viewer) -> HandOverBlock:
    """Return what is known of a delivery's hand-over."""
    agreement = session.get(Agreement, row.agreement_id) if row.agreement_id else None
    seen = any(viewer.has(role, row.agency_code) for role in SEES)
    returned = row.state == SubmissionState.RETURNED
    return HandOverBlock(
        session.get(Minutes, row.id),
        session.get(MinutesDue, row.id) is not None,
        SOURCES[SourceCopy(row.source)] if row.source else None,
        row.source_basis,
        agreement if seen else None,
        tuple(row.wanted_again or ()) if returned else (),
    )
