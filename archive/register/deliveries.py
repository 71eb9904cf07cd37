"""Which deliveries brought something of a case file: the one that was stored, and those that went back before."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from archive.register.among import among
from archive.register.base import AnyRow
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

ASKED_OF = (
    Submission.id,
    Submission.agency_code,
    Submission.file_code,
    Submission.case_file_id,
    Submission.state,
    Submission.mends,
    Submission.gathered_into,
    Submission.superseded_by,
)
"""What is asked of each delivery."""


def deliveries_of(session: Session, row: CaseFile) -> frozenset[str]:
    """Return the ids of all submissions that brought something of a case file, stored or sent back.

    Sent back: of the same agency under the same file code, or mended, gathered or superseded by one of the others.
    Messages that asked one of its documents back count as well. A delivery somebody still works on or decides does
    not, nor one that became another case file. What was sent back before its file code was read cannot be known; its
    bytes go after the days the settings give them.
    """
    return deliveries_of_each(session, (row,))[row.id]


def deliveries_of_each(session: Session, rows: Collection[CaseFile | AnyRow]) -> dict[str, frozenset[str]]:
    """Return `deliveries_of` for each of some hundred case files, by few queries for all of them.

    Args:
        session: on the register.
        rows: case files, or rows with their `id`, `code`, `agency_code` and `submission_id`.
    """
    ids, first_ids = [row.id for row in rows], {row.submission_id for row in rows}
    first = or_(among(Submission.id, first_ids), among(Submission.case_file_id, ids))
    pool: dict[str, AnyRow] = {one.id: one for one in session.execute(select(*ASKED_OF).where(first))}
    codes = {row.code for row in rows} | {one.file_code for one in pool.values() if one.file_code}
    same_code = among(Submission.agency_code, {row.agency_code for row in rows}) & among(
        Submission.file_code, codes
    )
    # All that any of them could reach; which of it is whose is told below.
    found = _more(session, ids, pool, or_(same_code, _linked(pool)))
    while found:
        pool |= found
        found = _more(session, ids, pool, _linked(pool))
    asked: dict[str, set[str]] = {}
    requests = select(DocumentRequest.case_file_id, DocumentRequest.submission_id)
    for id, submission_id in session.execute(requests.where(among(DocumentRequest.case_file_id, ids))):
        asked.setdefault(str(id), set()).add(submission_id)
    by = _Pool(pool.values())
    return {row.id: by.reached(row) | {row.submission_id} | asked.get(row.id, set()) for row in rows}


class _Pool:
    """Submissions of several case files, found by what joins them."""

    def __init__(self, submissions: Iterable[AnyRow]) -> None:
        self._by_id: dict[str, AnyRow] = {}
        self._of_file: dict[str, list[AnyRow]] = {}
        self._of_code: dict[tuple[str, str], list[AnyRow]] = {}
        self._back: dict[str, list[AnyRow]] = {}
        for one in submissions:
            self._by_id[one.id] = one
            self._of_code.setdefault((one.agency_code, one.file_code), []).append(one)
            if one.case_file_id:
                self._of_file.setdefault(one.case_file_id, []).append(one)
            for link in _links(one):
                self._back.setdefault(link, []).append(one)

    def reached(self, row: CaseFile | AnyRow) -> frozenset[str]:
        """Return the ids of one case file's."""
        first = [*self._of_file.get(row.id, ())]
        if row.submission_id in self._by_id:
            first.append(self._by_id[row.submission_id])
        known = {one.id: one for one in first}
        codes = {row.code} | {one.file_code for one in first if one.file_code}
        found = [one for code in codes for one in self._of_code.get((row.agency_code, code), ())]
        found += self._joined(first)
        while found:
            new = {one.id: one for one in found if one.id not in known and _went_back_from(one, row)}
            known |= new
            found = self._joined(new.values())
        return frozenset(known)

    def _joined(self, some: Iterable[AnyRow]) -> list[AnyRow]:
        forth = [self._by_id[link] for one in some for link in _links(one) if link in self._by_id]
        return forth + [back for one in some for back in self._back.get(one.id, ())]


def _links(one: AnyRow) -> list[str]:
    return [link for link in (one.mends, one.gathered_into, one.superseded_by) if link]


def _went_back_from(one: AnyRow, row: CaseFile | AnyRow) -> bool:
    return one.case_file_id in (None, row.id) and one.state in STATES_WENT_BACK


def _more(
    session: Session, ids: Collection[str], known: dict[str, AnyRow], which: ColumnElement[bool]
) -> dict[str, AnyRow]:
    """Return which of these went back from one of the case files and are not known yet."""
    ours = or_(Submission.case_file_id.is_(None), among(Submission.case_file_id, ids))
    query = select(*ASKED_OF).where(which, ours, Submission.state.in_(STATES_WENT_BACK))
    return {one.id: one for one in session.execute(query) if one.id not in known}


def _linked(known: dict[str, AnyRow]) -> ColumnElement[bool]:
    ids = list(known)
    back = {link for one in known.values() for link in _links(one)}
    return or_(
        among(Submission.mends, ids),
        among(Submission.gathered_into, ids),
        among(Submission.superseded_by, ids),
        among(Submission.id, back),
    )
