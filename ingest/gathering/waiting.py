"""The documents that came alone and wait: for a case file that names them, and for people to look at."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from archive.register.messages import ReceivedMessage
from archive.register.models import Submission, SubmissionState
from archive.viewer import Viewer
from ingest.gathering.claims import STATES_CLAIMING, taken
from ingest.gathering.match import Waiting, Wanted
from ingest.seen_by import seen_by

SEARCHED = (
    ReceivedMessage.number,
    ReceivedMessage.notation,
    ReceivedMessage.subject,
    ReceivedMessage.organ_name,
    ReceivedMessage.reference,
)
MOST_NAMED = 2000
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


@dataclass(frozen=True)
class Lone:
    """A waiting document as people see it; no column may be read once the session is closed."""

    submission: Submission
    said: ReceivedMessage


@dataclass(frozen=True)
class LonePage:
    """A page of waiting documents.

    Attributes:
        agencies: agency code -> how many wait there, as far as the viewer may see.
    """

    items: Sequence[Lone]
    total: int
    page: int
    size: int
    agencies: Mapping[str, int]


def listing(
    session: Session,
    *,
    viewer: Viewer,
    agency: str = "",
    text: str = "",
    after: date | None = None,
    before: date | None = None,
    page: int = 1,
    size: int = 50,
) -> LonePage:
    """Return the documents that wait and that no case file has, oldest first.

    Args:
        text: a part of number, notation, subject, issuing agency or dossier number, as written.
        after, before: days of issue, both included.
    """
    holder = aliased(Submission)
    had = select(holder.id).where(holder.id == Submission.gathered_into, holder.state.in_(STATES_CLAIMING))
    free = [
        seen_by(viewer, Submission.agency_code),
        Submission.state == SubmissionState.GATHERING,
        ~had.exists(),
    ]
    counts = select(Submission.agency_code, func.count()).where(*free).group_by(Submission.agency_code)
    per_agency = {str(code): int(n) for code, n in session.execute(counts)}
    query = (
        select(Submission, ReceivedMessage)
        .join(ReceivedMessage, ReceivedMessage.submission_id == Submission.id)
        .where(*free)
    )
    if agency:
        query = query.where(Submission.agency_code == agency)
    if text:
        query = query.where(or_(*(column.contains(text, autoescape=True) for column in SEARCHED)))
    if after:
        query = query.where(ReceivedMessage.issued_on >= after)
    if before:
        query = query.where(ReceivedMessage.issued_on <= before)
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = session.execute(
        query.order_by(ReceivedMessage.issued_on, Submission.received_at, Submission.id)
        .limit(size)
        .offset((page - 1) * size)
    )
    return LonePage([Lone(row, said) for row, said in rows], total, page, size, per_agency)


def named(session: Session, ids: Collection[str], *, viewer: Viewer) -> list[Lone]:
    """Return those of these documents that wait, free, and may be seen, in the order they were named."""
    rows = session.execute(
        select(Submission, ReceivedMessage)
        .join(ReceivedMessage, ReceivedMessage.submission_id == Submission.id)
        .where(
            Submission.id.in_(list(ids)[:MOST_NAMED]),
            Submission.state == SubmissionState.GATHERING,
            seen_by(viewer, Submission.agency_code),
        )
    )
    found = {row.id: Lone(row, said) for row, said in rows if not taken(session, row)}
    return [found[id] for id in dict.fromkeys(ids) if id in found]
