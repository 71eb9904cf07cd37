"""What register and ledger know of media: which packages are on none, the next number, what happened to one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.ledger.rows import SealRow
from archive.media.medium import Line
from archive.register.media import Medium, MediumPackage, MediumState
from archive.register.models import Agency, CaseFile, CaseFileState, Copy, CopyState, Package
from archive.register.projection import apply

PREFIX = "VM"
"""Vật mang tin. A number is VM-<year>-<four digits or more>."""
PAGE = 500
STANDING = (MediumState.WRITING, MediumState.WRITTEN)
"""A medium in these states holds bytes."""


@dataclass(frozen=True)
class Item:
    """A package to be written, or that is written."""

    package_id: str
    case_file_id: str
    line: Line


def unwritten(session: Session, *, copies: int, after: str = "") -> Iterator[Item]:
    """Yield the packages that are to be written, by name: of kept case files, with a verified copy.

    Args:
        copies: of packages that stand on fewer media than this.
        after: names greater than this.
    """
    standing = (
        select(func.count())
        .select_from(MediumPackage)
        .join(Medium, Medium.number == MediumPackage.medium)
        .where(MediumPackage.package_id == Package.id, Medium.state.in_(STANDING))
        .scalar_subquery()
    )
    good = exists().where(Copy.package_id == Package.id, Copy.state == CopyState.VERIFIED)
    query = _items().where(CaseFile.state == CaseFileState.STORED, good, standing < copies)
    while True:
        rows = session.execute(query.where(Package.name > after).order_by(Package.name).limit(PAGE)).all()
        yield from map(_item, rows)
        if len(rows) < PAGE:
            return
        after = rows[-1].Package.name


def items_of(session: Session, number: str) -> list[Item]:
    """Return the packages of a medium, by name."""
    query = (
        _items()
        .join(MediumPackage, MediumPackage.package_id == Package.id)
        .where(MediumPackage.medium == number)
    )
    return [_item(row) for row in session.execute(query.order_by(Package.name))]


def media_with(session: Session, names: tuple[str, ...]) -> list[Medium]:
    """Return every medium that packages of these names are on, or were, by number."""
    query = (
        select(Medium)
        .join(MediumPackage, MediumPackage.medium == Medium.number)
        .join(Package, Package.id == MediumPackage.package_id)
        .where(Package.name.in_(names))
    )
    return list(session.scalars(query.distinct().order_by(Medium.number)))


def unwritten_segments(session: Session, *, copies: int) -> Iterator[int]:
    """Yield the sealed segments, one after another without a gap, that stand on fewer media than this."""
    ranges = session.execute(
        select(Medium.first_segment, Medium.last_segment).where(
            Medium.state.in_(STANDING), Medium.first_segment > 0
        )
    ).all()
    begun = False
    for number in session.scalars(select(SealRow.number).order_by(SealRow.number)):
        if sum(first <= number <= last for first, last in ranges) < copies:
            begun = True
            yield number
        elif begun:
            return


def note(session: Session, number: str, told: Mapping[str, Any], *, actor: str, now: datetime) -> None:
    """Ledger what happened to a medium, and write it into the register."""
    after = told.get("manifest_sha256")
    event = append(
        session, Verb.MEDIUM, actor=actor, kind="medium", id=number, payload=told, after=after, now=now
    )
    apply(session, event)


def _items() -> Any:
    return (
        select(Package, CaseFile, Agency)
        .join(CaseFile, CaseFile.id == Package.case_file_id)
        .join(Agency, Agency.code == CaseFile.agency_code)
    )


def _item(row: Any) -> Item:
    package, case, agency = row
    facts = (
        *(case.code, " ".join(case.title.split()), agency.code, agency.name, case.fonds_code),
        *(case.start_date.isoformat(), case.end_date.isoformat(), case.maintenance),
        *(str(package.version), package.objid),
    )
    return Item(package.id, case.id, Line(package.name, package.sha256, package.size, facts))
