"""What the rescan found in what is kept, a page at a time, and how far it is behind."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from archive.register.models import CaseFile, Package
from archive.register.scans import PackageScan
from ingest.settings import IngestSettings

SHOWN = 50


def infected(
    session: Session, limit: int = SHOWN, *, offset: int = 0, only: ColumnElement[bool] | None = None
) -> list[tuple[Package, PackageScan]]:
    """Return the packages in which the last scan found something, with what it found; the newest scan first.

    Args:
        session: on the register.
        limit: at most so many.
        offset: so many come before them.
        only: a condition on `CaseFile`: what whoever asks may be told of; None for the machine's own use.
    """
    query = _narrowed(select(Package, PackageScan), only).order_by(
        PackageScan.scanned_at.desc(), Package.name
    )
    return [(package, scan) for package, scan in session.execute(query.limit(limit).offset(offset))]


def count_infected(session: Session, *, only: ColumnElement[bool] | None = None) -> int:
    """Return how many packages `infected` would list, over all pages."""
    return session.scalar(_narrowed(select(func.count()).select_from(Package), only)) or 0


def late(session: Session, now: datetime) -> int:
    """Return how many packages were not looked through within the period."""
    before = now - timedelta(days=IngestSettings.load().rescan_days)
    return session.scalar(select(func.count()).where(PackageScan.scanned_at < before)) or 0


def _narrowed(query: Any, only: ColumnElement[bool] | None) -> Any:
    query = query.join(PackageScan, PackageScan.package_id == Package.id).where(PackageScan.found)
    return query if only is None else query.join(CaseFile, CaseFile.id == Package.case_file_id).where(only)
