"""Which deliveries brought something of a case file: the one that was stored, and those that went back before."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from archive.register.messages import DocumentRequest
from archive.register.models import CaseFile, Submission, SubmissionState

STATES_WENT_BACK = frozenset(
    {
        SubmissionState.RETURNED,
        SubmissionState.REFUSED,
        SubmissionState.TESTED,
        SubmissionState.SUPERSEDED,
    }
)


def deliveries_of(session: Session, row: CaseFile) -> frozenset[str]:
    """Return the ids of all submissions that brought something of a case file, stored or sent back.

    Sent back: of the same agency under the same file code, or mended, gathered or superseded by one of the others.
    Messages that asked one of its documents back count as well. A delivery somebody still works on or decides does
    not, nor one that became another case file. What was sent back before its file code was read cannot be known; its
    bytes go after the days the settings give them.
    """
    first = select(Submission).where(
        or_(Submission.id == row.submission_id, Submission.case_file_id == row.id)
    )
    known = {one.id: one for one in session.scalars(first)}
    codes = {row.code} | {one.file_code for one in known.values() if one.file_code}
    same_code = (Submission.agency_code == row.agency_code) & Submission.file_code.in_(codes)
    found = _more(session, row, known, or_(same_code, _linked(known)))
    while found:
        known |= found
        found = _more(session, row, known, _linked(known))
    asked = select(DocumentRequest.submission_id).where(DocumentRequest.case_file_id == row.id)
    return frozenset(known) | {row.submission_id} | frozenset(session.scalars(asked))


def _more(
    session: Session, row: CaseFile, known: dict[str, Submission], which: ColumnElement[bool]
) -> dict[str, Submission]:
    """Return which of these are the case file's and not known yet."""
    ours = or_(Submission.case_file_id.is_(None), Submission.case_file_id == row.id)
    query = select(Submission).where(which, ours, Submission.state.in_(STATES_WENT_BACK))
    return {one.id: one for one in session.scalars(query) if one.id not in known}


def _linked(known: dict[str, Submission]) -> ColumnElement[bool]:
    ids = list(known)
    back = [
        link for one in known.values() for link in (one.mends, one.gathered_into, one.superseded_by) if link
    ]
    return or_(
        Submission.mends.in_(ids),
        Submission.gathered_into.in_(ids),
        Submission.superseded_by.in_(ids),
        Submission.id.in_(back),
    )
