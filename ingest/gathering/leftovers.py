"""Which messages' bytes must not stay in quarantine any more."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from archive.register.messages import DocumentRequest, RequestKind, RequestState
from archive.register.models import Submission, SubmissionState
from ingest.gateway.edxml_status import AGREED


def left_over(session: Session, ids: Collection[str]) -> set[str]:
    """Return those of these submissions that were asked back and given, or noted with nobody left to look at them."""
    given = exists().where(
        DocumentRequest.target_id == Submission.id,
        DocumentRequest.kind == RequestKind.RECALL,
        DocumentRequest.answer == AGREED,
    )
    asked = exists().where(
        DocumentRequest.submission_id == Submission.id, DocumentRequest.state == RequestState.OPEN
    )
    return set(
        session.scalars(
            select(Submission.id).where(
                Submission.id.in_(ids),
                or_(
                    and_(Submission.state == SubmissionState.REFUSED, given),
                    and_(Submission.state == SubmissionState.NOTED, ~asked),
                ),
            )
        )
    )
