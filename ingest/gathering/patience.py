"""How long to wait for what a message or a case file names: messages overtake each other on the axis."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from archive.register.models import Submission, SubmissionKind, SubmissionState
from ingest.gateway.edxml import DOCUMENTS
from ingest.settings import IngestSettings

UNREAD = frozenset({SubmissionState.RECEIVED, SubmissionState.CHECKING})
MOST = 200


def still_coming(
    session: Session, *, agency_code: str, submission_id: str, received_at: datetime, now: datetime
) -> bool:
    """Say whether what was named may yet turn up: just now, or among this sender's messages nobody has read."""
    settings = IngestSettings.load()
    waited = now - received_at
    if waited < timedelta(seconds=settings.gather_grace_seconds):
        return True
    if waited >= timedelta(seconds=settings.gather_wait_seconds):
        return False
    rows = session.scalars(
        select(Submission)
        .where(
            Submission.agency_code == agency_code,
            Submission.kind == SubmissionKind.EDXML,
            Submission.state.in_(UNREAD),
            Submission.id != submission_id,
        )
        .options(selectinload(Submission.steps))
        .limit(MOST)
    )
    return any(_may_bring_a_document(row) for row in rows)


def _may_bring_a_document(row: Submission) -> bool:
    read = next((step.result for step in row.steps if step.step == "unpack"), None)
    return read is None or read.get("kind", "") in DOCUMENTS
