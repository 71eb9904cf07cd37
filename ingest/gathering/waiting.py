"""The documents that came alone and wait: for a case file that names them, and for people to look at."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from archive.register.messages import ReceivedMessage
from archive.register.models import Submission, SubmissionState
from ingest.gathering.claims import taken
from ingest.gathering.match import Waiting, Wanted

BATCH = 400  # values in one IN (...), below every database's limit


def candidates(
    session: Session, wanted: Collection[Wanted], *, agency_code: str, case_id: str
) -> list[Waiting]:
    """Return the waiting messages of this sender that may be one of these documents.

    Args:
        case_id: the submission that wants them; what it has already is free for it.
    """
    ids = sorted({one.document_id for one in wanted if one.document_id})
    days = sorted({one.issued_on for one in wanted if one.issued_on})
    found: dict[str, Waiting] = {}
    for named in _named(ids, days):
        rows = session.execute(
            select(ReceivedMessage, Submission)
            .join(Submission, Submission.id == ReceivedMessage.submission_id)
            .where(
                Submission.agency_code == agency_code, Submission.state == SubmissionState.GATHERING, named
            )
            .order_by(Submission.received_at, Submission.id)
        )
        for said, row in rows:
            found[row.id] = Waiting(
                row.id,
                said.document_id,
                said.number,
                said.notation,
                said.issued_on,
                said.organ_name,
                taken(session, row, by_other_than=case_id),
            )
    return list(found.values())


def _named(ids: list[str], days: list[date]) -> Iterator[ColumnElement[bool]]:
    for start in range(0, max(len(ids), len(days)), BATCH):
        yield or_(
            ReceivedMessage.document_id.in_(ids[start : start + BATCH]),
            ReceivedMessage.issued_on.in_(days[start : start + BATCH]),
        )
