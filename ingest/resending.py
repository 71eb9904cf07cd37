"""An office mends a returned delivery: who may, when, and how it comes in."""

from __future__ import annotations

from datetime import datetime
from typing import BinaryIO

from sqlalchemy.orm import Session

from archive.errors import NotAllowedError
from archive.reason import because
from archive.register.models import Submission, SubmissionState
from archive.register.session import reading
from archive.viewer import Role, Viewer
from ingest import submissions
from ingest.errors import IngestError
from ingest.mending.earlier import being_mended
from ingest.mending.sheet import Sheet, sheet_of
from ingest.reasons import finding_of
from ingest.reception import Received, receive

SENDS = frozenset({Role.OFFICIAL, Role.CLERK, Role.ARCHIVIST})


def may_mend(submission: Submission, viewer: Viewer) -> bool:
    """Say whether this person may send what is missing; `can_be_mended` says whether there is something to mend."""
    return submission.state == SubmissionState.RETURNED and any(
        viewer.has(role, submission.agency_code) for role in SENDS
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
        kind="mend",
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
