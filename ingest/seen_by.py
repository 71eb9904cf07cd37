"""Who sees what an office sent: its own people, and those who look after the archive for it."""

from __future__ import annotations

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

from archive.seen_at import seen_at
from archive.viewer import Role, Viewer

SEES = frozenset({Role.OFFICIAL, Role.CLERK, Role.ARCHIVIST, Role.HEAD})


def seen_by(
    viewer: Viewer, agency_code: InstrumentedAttribute[str], *, roles: frozenset[Role] = SEES
) -> ColumnElement[bool]:
    """Return the condition that a row is of an agency at which this person has one of the roles (`seen_at`)."""
    return seen_at(viewer, agency_code, roles)
