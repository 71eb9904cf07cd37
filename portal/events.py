"""Which events of the ledger a viewer may read: an auditor of all agencies every one, of one agency that agency's.

An event about an object of no agency (the ledger itself, an account) is for auditors of all agencies.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from archive.ledger.rows import EventRow
from archive.register.agreements import Agreement
from archive.register.decisions import Order
from archive.register.models import Agency, CaseFile, Fonds, Package, Submission
from archive.register.preservation import PreservationPlan
from archive.register.schedules import ScheduleVersion
from archive.viewer import ALL_AGENCIES, Role, Viewer

AUDITORS = frozenset({Role.AUDITOR})
# Whose business a hold, its reason and the history of readings are.
SEES = frozenset({Role.ARCHIVIST, Role.COUNCIL, Role.HEAD, Role.AUDITOR})


def audits_everything(viewer: Viewer) -> bool:
    """Say whether this person audits all agencies, and so may verify the ledger as a whole."""
    return ALL_AGENCIES in viewer.agencies_with(AUDITORS)


def readable(query: Select[Any], viewer: Viewer) -> Select[Any]:
    """Return a query on events narrowed to those this person may read as an auditor."""
    if audits_everything(viewer):
        return query
    codes = viewer.agencies_with(AUDITORS)
    packages = select(Package.id).join(CaseFile, CaseFile.id == Package.case_file_id)
    ids = (
        select(CaseFile.id)
        .where(CaseFile.agency_code.in_(codes))
        .union_all(
            select(Submission.id).where(Submission.agency_code.in_(codes)),
            select(Order.id).where(Order.agency_code.in_(codes)),
            select(Agency.code).where(Agency.code.in_(codes)),
            select(Fonds.code).where(Fonds.agency_code.in_(codes)),
            select(Agreement.id).where(Agreement.agency_code.in_(codes)),
            select(PreservationPlan.id).where(PreservationPlan.agency_code.in_(codes)),
            select(ScheduleVersion.id).where(ScheduleVersion.agency_code.in_([*codes, ALL_AGENCIES])),
            packages.where(CaseFile.agency_code.in_(codes)),
        )
    )
    return query.where(EventRow.object_id.in_(ids))


def event_row(session: Session, number: str, viewer: Viewer) -> EventRow | None:
    """Return the event of that number; None when there is none this person may read."""
    if not number.isdigit():
        return None
    return session.scalar(readable(select(EventRow).where(EventRow.seq == int(number)), viewer))


def concerns(viewer: Viewer, agency_code: str) -> bool:
    """Say whether holds and who read a case file of this agency are this person's business."""
    return any(viewer.has(role, agency_code) for role in SEES)
