"""Which returned delivery is mended, and whether one is being mended: questions to the register."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, aliased

from archive.register.models import STATES_OPEN, CaseFile, Submission, SubmissionState

STATES_MENDING = frozenset({*STATES_OPEN, SubmissionState.TO_DECIDE, SubmissionState.STORED})


def returned(session: Session, *, agency_code: str, file_code: str) -> str | None:
    """Return the id of the agency's newest returned delivery of this file code; None when there is none."""
    return session.scalar(
        select(Submission.id)
        .where(
            Submission.agency_code == agency_code,
            Submission.file_code == file_code,
            Submission.state == SubmissionState.RETURNED,
        )
        .order_by(Submission.received_at.desc())
        .limit(1)
    )


def all_returned(session: Session, *, agency_code: str, most: int = 200) -> Sequence[str]:
    """Return the ids of the agency's newest returned deliveries."""
    return session.scalars(
        select(Submission.id)
        .where(Submission.agency_code == agency_code, Submission.state == SubmissionState.RETURNED)
        .order_by(Submission.received_at.desc())
        .limit(most)
    ).all()


def is_stored(session: Session, *, agency_code: str, file_code: str) -> bool:
    """Return whether the agency's case file of this code is, or was, in the vault."""
    stored = select(CaseFile.id).where(CaseFile.agency_code == agency_code, CaseFile.code == file_code)
    return bool(file_code) and session.scalar(stored) is not None


def being_mended(session: Session, submission_id: str) -> str | None:
    """Return the id of the submission that mends this one and is on its way or stored; None when none does."""
    return session.scalar(
        select(Submission.id)
        .where(Submission.mends == submission_id, Submission.state.in_(STATES_MENDING))
        .order_by(Submission.received_at.desc())
        .limit(1)
    )


def not_mended() -> ColumnElement[bool]:
    """Return the condition that nothing mends a submission of a query: as `being_mended` asks for one."""
    later = aliased(Submission)
    return ~exists().where(later.mends == Submission.id, later.state.in_(STATES_MENDING))


def mended_and_stored(session: Session, ids: Iterable[str]) -> set[str]:
    """Return those of these submissions whose mended whole is stored: their bytes need not stay."""
    later = aliased(Submission)
    stored = exists().where(later.mends == Submission.id, later.state == SubmissionState.STORED)
    return set(session.scalars(select(Submission.id).where(Submission.id.in_(list(ids)), stored)))
