"""The rows a person sees: those of the agencies at which they have a role."""

from __future__ import annotations

from sqlalchemy import ColumnElement, true
from sqlalchemy.orm import InstrumentedAttribute

from archive.viewer import ALL_AGENCIES, Role, Viewer


def seen_at(
    viewer: Viewer, agency_code: InstrumentedAttribute[str], roles: frozenset[Role]
) -> ColumnElement[bool]:
    """Return the condition that a row is of an agency at which this person has one of the roles.

    Args:
        viewer: who looks.
        agency_code: the column that says of which agency the row is.
        roles: those that may see such rows.
    """
    agencies = viewer.agencies_with(roles)
    return true() if ALL_AGENCIES in agencies else agency_code.in_(agencies)
