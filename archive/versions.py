"""The next version of a case file's package: its number, name and identifier, decided once and never used again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from uuid import UUID, uuid5

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.errors import NotFoundError, TangThuError, TemporaryError
from archive.packages.facts import Earlier, PackageFacts
from archive.reason import because
from archive.register.decisions import Order, OrderItem
from archive.register.models import Agency, CaseFile, Package
from archive.register.preservation import PreservationItem
from archive.stores.interface import Store
from archive.underway import still_named


@dataclass(frozen=True)
class Next:
    """What a later version of a package will be called."""

    number: int
    name: str
    objid: str


def newest_of(session: Session, row: CaseFile) -> Package:
    """Return the newest version of a case file's package.

    Raises:
        NotFoundError: it has none.
    """
    newest = session.scalars(
        select(Package).where(Package.case_file_id == row.id).order_by(Package.version.desc())
    ).first()
    if newest is None:
        raise NotFoundError(because("archive.file-without-package", file=row.code))
    return newest


def next_after(session: Session, newest: Package, places: Sequence[Store]) -> Next:
    """Return what the version after the newest one is called.

    A number that was ever given is not given again: that of a version that was taken back, and that of one which an
    earlier try left in a store when it was killed. One that a plan only meant to give is free.
    """
    begun = select(func.max(PreservationItem.version)).where(
        PreservationItem.case_file_id == newest.case_file_id, PreservationItem.sha256 != ""
    )
    number = max(newest.version, session.scalar(begun) or 0) + 1
    while any(_holds(store, _name(newest.name, number)) for store in places):
        number += 1
    return Next(number, _name(newest.name, number), _objid(newest.objid, number))


def earlier(package: Package) -> Earlier:
    """Return how a version is pointed to."""
    return Earlier(package.objid, package.name, package.version, package.sha256)


def facts_after(
    session: Session, row: CaseFile, before: Earlier, later: Next, *, now: datetime
) -> PackageFacts:
    """Return what a later version says of its case file as the register describes it now; nothing of documents."""
    return PackageFacts(
        objid=later.objid,
        name=later.name,
        version=later.number,
        made_at=now.astimezone(UTC).replace(microsecond=0),
        case_file_id=row.id,
        submission_id=row.submission_id,
        agency_code=row.agency_code,
        agency_name=session.get_one(Agency, row.agency_code).name,
        fonds_code=row.fonds_code,
        code=row.code,
        title=row.title,
        regime=row.regime,
        access=row.access,
        start_date=row.start_date,
        end_date=row.end_date,
        maintenance=row.maintenance,
        total_docs=row.total_docs,
        total_pages=row.total_pages,
        description=dict(row.description),
        records=(),
        previous=before,
        kind=row.kind,
    )


def open_order(session: Session, case_file_id: str) -> str | None:
    """Return the number of a decision that names the case file with the package it has now, and is not done.

    None for what was taken off its list, or kept by its council: it is free while the list goes on.
    """
    query = (
        select(Order.document_number)
        .join(OrderItem, OrderItem.order_id == Order.id)
        .where(OrderItem.case_file_id == case_file_id, still_named())
    )
    return session.scalar(query.limit(1))


def is_kept(session: Session, name: str) -> bool:
    """Say whether the register knows a package of that name."""
    return session.scalar(select(Package.id).where(Package.name == name)) is not None


def _holds(store: Store, name: str) -> bool:
    """Say whether a store has something of that name; of one that does not answer, the deposit will say."""
    try:
        return store.size(name) is not None
    except TemporaryError:
        return False


def _name(earlier: str, version: int) -> str:
    return str(PurePosixPath(earlier).with_name(f"v{version:04d}.zip"))


def _objid(earlier: str, version: int) -> str:
    """Return an identifier of its own: two versions unpacked in one place must not mix."""
    head, _, identifier = earlier.rpartition(":")
    return f"{head}:{str(uuid5(UUID(identifier), f'version {version}')).upper()}"


def erase_unkept(name: str, places: Sequence[Store]) -> list[TangThuError]:
    """Erase what lies in the stores of a version that is not kept; return what could not be done.

    The caller has made sure that no register row has that name, and holds the lock on the case file's copies.
    """
    troubles: list[TangThuError] = []
    for store in places:
        try:
            store.erase(name)  # also what is half-written under no name
        except TangThuError as error:
            troubles.append(error)
    return troubles
