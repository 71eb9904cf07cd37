"""What of the page of copies a viewer is told by name, what by its identifier alone, and what is only counted.

By name: what may be read (`Viewer.may_read`), and for an auditor what lies in the own agencies, but nothing secret. By
identifier: what an administrator administers, who sees no content, codes and names of packages included (design section
10). All else is a number: the alarm is everybody's, the names are not.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import Session

from archive.fixity import MINUTES, PACKAGE
from archive.ledger.rows import EventRow
from archive.register.agreements import Minutes
from archive.register.models import CaseFile, Package
from archive.rolling.lost import Told
from archive.seen_at import seen_at
from archive.viewer import OWN_AGENCY, Access, Role, Viewer
from search.access import scope_of

LEDGER = "ledger"
AUDITS = frozenset({Role.AUDITOR})
RUNS = frozenset({Role.ADMINISTRATOR})
NOT_SECRET = (Access.PUBLIC.value, Access.CONDITIONAL.value)

Things = frozenset[tuple[str, str]]
"""Kind and identifier."""


@dataclass(frozen=True)
class Sight:
    """What one viewer is told.

    Attributes:
        named: by name.
        numbered: by identifier alone.
    """

    named: Things
    numbered: Things

    def knows(self, kind: str, id: str) -> bool:
        """Say whether the viewer is told of it at all."""
        return kind == LEDGER or (kind, id) in self.named or (kind, id) in self.numbered


def sight(session: Session, things: Things, viewer: Viewer) -> Sight:
    """Return what of these things the viewer is told by name and what by identifier."""

    def those(files: ColumnElement[bool], minutes: ColumnElement[bool]) -> Things:
        ids = {kind: {id for one, id in things if one == kind} for kind in (PACKAGE, MINUTES)}
        packages = select(Package.id).join(CaseFile, CaseFile.id == Package.case_file_id)
        found = [(PACKAGE, id) for id in session.scalars(packages.where(Package.id.in_(ids[PACKAGE]), files))]
        of_minutes = select(Minutes.submission_id).where(Minutes.submission_id.in_(ids[MINUTES]), minutes)
        return frozenset([*found, *((MINUTES, id) for id in session.scalars(of_minutes))])

    named = those(_files_named(viewer), _minutes_named(viewer))
    numbered = those(seen_at(viewer, CaseFile.agency_code, RUNS), seen_at(viewer, Minutes.agency_code, RUNS))
    return Sight(named, numbered - named)


def seen(viewer: Viewer) -> Told:
    """Return the conditions on case files and minutes that the viewer is told of them, by name or by identifier."""
    return Told(
        or_(_files_named(viewer), seen_at(viewer, CaseFile.agency_code, RUNS)),
        or_(_minutes_named(viewer), seen_at(viewer, Minutes.agency_code, RUNS)),
    )


def told_of(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition on events that they are about something the viewer is told of."""
    only = seen(viewer)
    files, minutes = only.files, only.minutes
    package = select(Package.id).join(CaseFile, CaseFile.id == Package.case_file_id)
    return or_(
        EventRow.object_kind == LEDGER,
        and_(
            EventRow.object_kind == PACKAGE, package.where(Package.id == EventRow.object_id, files).exists()
        ),
        and_(
            EventRow.object_kind == MINUTES,
            select(Minutes.submission_id)
            .where(Minutes.submission_id == EventRow.object_id, minutes)
            .exists(),
        ),
    )


def _files_named(viewer: Viewer) -> ColumnElement[bool]:
    scope = scope_of(viewer)
    there = true() if scope.all_agencies else CaseFile.agency_code.in_(scope.agencies)
    return or_(
        and_(CaseFile.access == Access.PUBLIC.value, true() if scope.public else false()),
        and_(CaseFile.access == Access.CONDITIONAL.value, there),
        and_(CaseFile.access.in_(NOT_SECRET), seen_at(viewer, CaseFile.agency_code, AUDITS)),
    )


def _minutes_named(viewer: Viewer) -> ColumnElement[bool]:
    return seen_at(viewer, Minutes.agency_code, OWN_AGENCY | AUDITS)
