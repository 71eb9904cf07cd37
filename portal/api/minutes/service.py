"""GET @minutes/{submission}: the minutes of a hand-over as PDF/A."""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy.orm import Session

from archive.register.agreements import Minutes
from archive.register.models import Submission
from archive.register.session import reading
from ingest import submissions
from portal.api.service import ArchiveService, ProblemError


class GetMinutes(ArchiveService):
    """The PDF."""

    permission = "Tang Thu: Read submissions"
    depth: ClassVar[int] = 1

    def answer(self) -> bytes:
        """Return the bytes; 404 for who may not see the delivery, and while there are none."""
        if not self.path:
            raise ProblemError(404, "Not found", "GET @minutes/{submission}")
        with reading() as session:
            data = submissions.minutes_of(session, self.path[0], viewer=self.viewer)
        self.request.response.setHeader("Content-Type", "application/pdf")
        self.request.response.setHeader(
            "Content-Disposition", 'attachment; filename="bien-ban-giao-nhan.pdf"'
        )
        return data


def hand_over_facts(session: Session, row: Submission) -> dict[str, Any]:
    """Return what a submission says of its hand-over: by which terms, what is wanted again, the source's copy."""
    minutes = session.get(Minutes, row.id)
    return {
        "agreement": row.agreement_id,
        "wanted_again": row.wanted_again,
        "source_copy": row.source or None,
        "source_copy_basis": row.source_basis,
        "minutes": {"sha256": minutes.sha256, "size": minutes.size, "made_at": minutes.made_at}
        if minutes is not None
        else None,
    }
