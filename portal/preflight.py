"""Pre-flight from the web: who may ask for which agency, one at a time."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.errors import NotAllowedError, TemporaryError
from archive.reason import because
from archive.register.models import Agency
from archive.viewer import ALL_AGENCIES, Role, Viewer
from ingest.preflight import Preflight, preflight

ASKS = frozenset({Role.OFFICIAL, Role.CLERK, Role.ARCHIVIST})
# Looking into a delivery may take a minute; the instance has few threads, and others want to read meanwhile.
_TURN = threading.BoundedSemaphore(1)


def agencies(session: Session, viewer: Viewer) -> dict[str, str]:
    """Return code and name of the agencies for which this person may ask."""
    codes = viewer.agencies_with(ASKS)
    query = select(Agency.code, Agency.name).order_by(Agency.name)
    if ALL_AGENCIES not in codes:
        query = query.where(Agency.code.in_(codes))
    return {row.code: row.name for row in session.execute(query)}


def fly(source: BinaryIO, *, agency_code: str, file_name: str, viewer: Viewer, now: datetime) -> Preflight:
    """Return what would be found in a delivery of this agency.

    Raises:
        NotAllowedError: the viewer neither sends nor receives for that agency.
        TemporaryError: another pre-flight runs in this instance, or a part is missing.
    """
    if not any(viewer.has(role, agency_code) for role in ASKS):
        raise NotAllowedError(because("ingest.sends-nothing", who=viewer.name, agency=agency_code))
    if not _TURN.acquire(blocking=False):
        raise TemporaryError(because("portal.preflight-busy"))
    try:
        return preflight(source, agency_code=agency_code, file_name=file_name, now=now)
    finally:
        _TURN.release()
