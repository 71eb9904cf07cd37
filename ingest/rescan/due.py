"""Which packages come next: those whose originals were not looked through for the longest time."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from archive.register.models import CaseFile, CaseFileState, Component, ComponentRole, Package, Record
from archive.register.scans import PackageScan
from archive.register.session import reading

BATCH = 50


@dataclass(frozen=True)
class Due:
    """A package that is to be looked through.

    Attributes:
        size: of the package, in bytes.
        originals: of its case file: id, path in the package, SHA-256.
    """

    id: str
    case_file_id: str
    agency_code: str
    name: str
    version: int
    size: int
    originals: tuple[tuple[str, str, str], ...]


def next_due(now: datetime, allowed: float, passed: Set[str]) -> list[Due]:
    """Return the packages that come next and are due, with their originals; at most `BATCH`.

    Args:
        now: aware time; what was looked through since then comes no more.
        allowed: bytes that are due.
        passed: ids that came before in this run.
    """
    query = (
        select(Package, CaseFile.agency_code)
        .join(PackageScan, PackageScan.package_id == Package.id)
        .join(CaseFile, CaseFile.id == Package.case_file_id)
        .where(PackageScan.scanned_at < now, CaseFile.state != CaseFileState.DESTROYED)
        .order_by(PackageScan.scanned_at, Package.id)
        .limit(BATCH + len(passed))
    )
    found: list[Due] = []
    with reading() as session:
        for package, agency_code in session.execute(query).all():
            if package.id in passed:
                continue
            if package.size > allowed or len(found) == BATCH:
                break
            allowed -= package.size
            originals = session.execute(
                select(Component.id, Component.path, Component.sha256)
                .join(Record, Record.id == Component.record_id)
                .where(Record.case_file_id == package.case_file_id, Component.role == ComponentRole.ORIGINAL)
                .order_by(Component.path)
            ).all()
            found.append(
                Due(
                    package.id,
                    package.case_file_id,
                    agency_code,
                    package.name,
                    package.version,
                    package.size,
                    tuple((row.id, row.path, row.sha256) for row in originals),
                )
            )
    return found
