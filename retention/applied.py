"""Which period applies to a case file now, and whether a person set it: pages and papers tell it by its last day.

The register keeps the period as it was declared (`CaseFile.maintenance`); an archivist or a council may have set
another since (`retention.appraisal`), and the file takes its longest document. Until there are dates, the declared
words stand.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.register.among import among
from archive.register.models import CaseFile
from retention.period import RetentionPeriod

SET_BY_PERSON = "set-by-person"
"""Code of the step that says who set a period and why."""
PLACE = 1
"""Where that step stands in the basis of such a period: behind the day the work ended."""


@dataclass(frozen=True)
class Applied:
    """The period of a case file.

    Attributes:
        text: "20 năm" or "Vĩnh viễn"; as declared where the period is unclear or not reckoned yet.
        by_person: an archivist or a council set it.
    """

    text: str
    by_person: bool = False


def applied_to(file: CaseFile) -> Applied:
    """Return the period of a case file that was read whole."""
    return _applied(file.maintenance, file.permanent, file.retention_years, _step(file.retention_basis))


def applied(session: Session, case_file_ids: Collection[str]) -> dict[str, Applied]:
    """Return the periods of many case files by one query that reads no basis; unknown ids are left out."""
    query = select(
        CaseFile.id,
        CaseFile.maintenance,
        CaseFile.permanent,
        CaseFile.retention_years,
        CaseFile.retention_basis["steps"][PLACE]["code"].as_string(),
    )
    rows = session.execute(query.where(among(CaseFile.id, case_file_ids)))
    return {id: _applied(*told) for id, *told in rows}


def _applied(declared: str, permanent: bool | None, years: int | None, step: str | None) -> Applied:
    if permanent is None or (not permanent and years is None):
        return Applied(declared)
    return Applied(str(RetentionPeriod(None if permanent else years)), step == SET_BY_PERSON)


def _step(basis: Mapping[str, Any] | None) -> str | None:
    steps = (basis or {}).get("steps", ())
    return str(steps[PLACE]["code"]) if len(steps) > PLACE else None
