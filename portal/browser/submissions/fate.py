"""What became of the case file a delivery brought: in the vault, handed over, or destroyed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.register.models import CaseFile, CaseFileState, Submission, SubmissionState
from portal.i18n import _
from portal.words import SUBMISSION_STATES, TONES

GONE = {
    CaseFileState.DESTROYED: _("Case file destroyed"),
    CaseFileState.TRANSFERRED: _("Case file handed over"),
}


def fates_of(session: Session, rows: Iterable[Submission]) -> Mapping[str, CaseFile]:
    """Return the case files that left the vault again, by the id of the submission that brought them."""
    stored = {
        row.case_file_id: row.id for row in rows if row.case_file_id and row.state == SubmissionState.STORED
    }
    if not stored:
        return {}
    query = select(CaseFile).where(CaseFile.id.in_(stored), CaseFile.state.in_(GONE))
    return {stored[file.id]: file for file in session.scalars(query)}


def state_of(row: Submission, file: CaseFile | None) -> tuple[object, str]:
    """Return the state in words and its tone; of a case file that left the vault again, that it did."""
    if file is not None:
        return GONE[CaseFileState(file.state)], TONES[CaseFileState(file.state)]
    state = SubmissionState(row.state)
    return SUBMISSION_STATES[state], TONES[state]
