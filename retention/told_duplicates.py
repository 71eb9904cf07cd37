"""Which case files were told to be duplicates and may be listed as such, for the page of what falls due.

Who sees them, and what is shown, is as of what has expired (`retention.eligibility`). Whether one may still go is asked
when it is listed, and again whenever the vault acts (`archive.twins`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from archive.holds import held
from archive.register.models import CaseFile, CaseFileState
from archive.register.notices import ExpiryNotice, NoticeWhy
from archive.twin_differences import differences_of
from archive.viewer import Viewer
from retention.eligibility import SORTS, Due, agencies_seen, shown

_KEPT = aliased(CaseFile)


def duplicates(
    session: Session,
    *,
    viewer: Viewer,
    today: date,
    agency: str | None = None,
    limit: int = 100,
    offset: int = 0,
    sort: str = "last-day",
) -> list[Due]:
    """Return the case files told to be duplicates of one that is still here; sorted as `retention.eligibility.due`.

    Those that are held, may be read by others now, have expired meanwhile, or were made permanent, are not there. Each
    says in what it differs.
    """
    by = SORTS.get(sort.removeprefix("-"), CaseFile.eligible_from)
    rows = session.execute(
        select(*shown(), _KEPT.id, _KEPT.code, ExpiryNotice.ends_on)
        .join(ExpiryNotice, ExpiryNotice.case_file_id == CaseFile.id)
        .join(_KEPT, _KEPT.id == ExpiryNotice.same_as)
        .where(*_conditions(viewer, today, agency))
        .order_by(by.desc() if sort.startswith("-") else by, CaseFile.agency_code, CaseFile.code)
        .limit(limit)
        .offset(offset)
    )
    found = [Due(*row[:-3], *row[-3:]) for row in rows]
    differs = differences_of(session, {one.case_file_id: one.same_as for one in found})
    return [replace(one, differs=differs[one.case_file_id]) for one in found]


def count_duplicates(session: Session, *, viewer: Viewer, today: date) -> dict[str, int]:
    """Return how many there are, by agency code; agencies with none are left out."""
    rows = session.execute(
        select(CaseFile.agency_code, func.count())
        .join(ExpiryNotice, ExpiryNotice.case_file_id == CaseFile.id)
        .join(_KEPT, _KEPT.id == ExpiryNotice.same_as)
        .where(*_conditions(viewer, today, None))
        .group_by(CaseFile.agency_code)
    )
    return {row[0]: row[1] for row in rows}


def _conditions(viewer: Viewer, today: date, agency: str | None) -> list[ColumnElement[bool]]:
    conditions = [
        ExpiryNotice.why == NoticeWhy.DUPLICATE,
        CaseFile.state == CaseFileState.STORED,
        CaseFile.permanent.is_(False),
        CaseFile.eligible_from > today,
        _KEPT.state == CaseFileState.STORED,
        _KEPT.access == CaseFile.access,
        ~held(today),
    ]
    agencies = agencies_seen(viewer, agency)
    if agencies is not None:
        conditions.append(ExpiryNotice.agency_code.in_(agencies))
    return conditions
