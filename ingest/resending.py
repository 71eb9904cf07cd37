"""An office mends a returned delivery: who may, when, and how it comes in."""

from __future__ import annotations

from datetime import datetime
from typing import BinaryIO

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from archive.errors import NotAllowedError
from archive.reason import because
from archive.register.models import Submission, SubmissionKind, SubmissionState
from archive.register.session import reading
from archive.viewer import ALL_AGENCIES, Role, Viewer
from ingest import submissions
from ingest.errors import IngestError
from ingest.mending.earlier import being_mended, not_mended
from ingest.mending.sheet import Sheet, sheet_of
from ingest.reasons import finding_of
from ingest.reception import Received, receive

SENDS = frozenset({Role.OFFICIAL, Role.CLERK, Role.ARCHIVIST})


def may_mend(submission: Submission, viewer: Viewer) -> bool:
    """Say whether this person may send what is missing; `can_be_mended` says whether there is something to mend."""
    return submission.state == SubmissionState.RETURNED and any(
        viewer.has(role, submission.agency_code) for role in SENDS
    )


def to_mend(session: Session, *, viewer: Viewer, roles: frozenset[Role], most: int) -> list[Submission]:
    """Return the deliveries that went back to agencies where this person has one of the roles, the newest first.

    What is being mended already, or was, is left out.
    """
    agencies = viewer.agencies_with(roles)
    if not agencies:
        return []
    query = select(Submission).where(Submission.state == SubmissionState.RETURNED, not_mended())
    if ALL_AGENCIES not in agencies:
        query = query.where(Submission.agency_code.in_(agencies))
    decided = func.coalesce(Submission.decided_at, Submission.received_at).desc()
    return list(
        session.scalars(
            query.options(selectinload(Submission.findings)).order_by(decided, Submission.id).limit(most)
        )
    )


def can_be_mended(submission_id: str) -> bool:
    """Say whether a returned delivery could be opened and is still here, so that only what was wrong is sent again."""
    return submissions.delivered(submission_id) is not None


def sheet(session: Session, submission_id: str, *, viewer: Viewer) -> Sheet:
    """Return what of a returned submission can be mended.

    Raises:
        NotFoundError: no such submission that the viewer may see.
        IngestError: it cannot be mended (any more); the message says why.
    """
    row = _mendable(session, submission_id, viewer)
    delivery = submissions.delivered(row.id)
    if delivery is None:
        raise IngestError(because("ingest.returned-gone"))
    return sheet_of(delivery, [finding_of(finding) for finding in row.findings])


def send(submission_id: str, source: BinaryIO, *, viewer: Viewer, now: datetime) -> Received:
    """Take in a mend package for a returned delivery; it goes down the pipeline under the same message id.

    Raises:
        NotFoundError: no such submission that the viewer may see.
        NotAllowedError: the viewer neither sends nor receives for its agency.
        IngestError: it was not returned, is being mended already, or its bytes are gone.
        BadMessageError, TemporaryError: as `ingest.reception.receive`.
    """
    with reading() as session:
        row = _mendable(session, submission_id, viewer)
        agency_code, message_id, inbox = row.agency_code, row.message_id, row.inbox
    if submissions.delivered(submission_id) is None:
        raise IngestError(because("ingest.returned-gone"))
    return receive(
        source,
        agency_code=agency_code,
        message_id=message_id,
        kind=SubmissionKind.MEND,
        file_name="",
        actor=viewer.name,
        now=now,
        mends=submission_id,
        inbox=inbox,  # its office waits for an answer where it sent the first delivery
    )


def _mendable(session: Session, submission_id: str, viewer: Viewer) -> Submission:
    row = submissions.one(session, submission_id, viewer=viewer)
    if row.state != SubmissionState.RETURNED:
        raise IngestError(because("ingest.not-to-mend", state=row.state))
    if not may_mend(row, viewer):
        raise NotAllowedError(because("ingest.sends-nothing", who=viewer.name, agency=row.agency_code))
    if (other := being_mended(session, submission_id)) is not None:
        raise IngestError(because("ingest.mended-already", submission=other))
    return row
