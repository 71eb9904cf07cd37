"""What register and ledger know of media: which packages are on none, the next number, what happened to one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.ledger.rows import EvidenceRoundRow, SealRow
from archive.media.medium import File, Line
from archive.register.agreements import Minutes, MinutesCopy
from archive.register.media import Medium, MediumMinutes, MediumPackage, MediumState
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


@dataclass(frozen=True)
class MinutesItem:
    """Minutes of a hand-over to be written, or that are written."""

    submission_id: str
    file: File


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


def unwritten_minutes(session: Session, *, copies: int, after: str = "") -> Iterator[MinutesItem]:
    """Yield the minutes of hand-overs that are to be written, by name; none whose copies are all known to be bad.

    Args:
        session: on the register.
        copies: of minutes that stand on fewer media than this.
        after: names greater than this.
    """
    standing = (
        select(func.count())
        .select_from(MediumMinutes)
        .join(Medium, Medium.number == MediumMinutes.medium)
        .where(MediumMinutes.submission_id == Minutes.submission_id, Medium.state.in_(STANDING))
        .scalar_subquery()
    )
    looked_at = exists().where(MinutesCopy.submission_id == Minutes.submission_id)
    good = exists().where(
        MinutesCopy.submission_id == Minutes.submission_id, MinutesCopy.state == CopyState.VERIFIED
    )
    query = select(Minutes).where(standing < copies, or_(~looked_at, good)).order_by(Minutes.name)
    while True:
        rows = session.scalars(query.where(Minutes.name > after).limit(PAGE)).all()
        yield from map(_minutes, rows)
        if len(rows) < PAGE:
            return
        after = rows[-1].name


def minutes_of(session: Session, number: str) -> list[MinutesItem]:
    """Return the minutes of a medium, by name."""
    query = (
        select(Minutes)
        .join(MediumMinutes, MediumMinutes.submission_id == Minutes.submission_id)
        .where(MediumMinutes.medium == number)
        .order_by(Minutes.name)
    )
    return [_minutes(row) for row in session.scalars(query)]


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
    numbers = select(SealRow.number).order_by(SealRow.number)
    return _without_gap(session, numbers, Medium.first_segment, Medium.last_segment, copies)


def unwritten_rounds(session: Session, *, copies: int) -> Iterator[int]:
    """Yield the rounds of evidence, one after another without a gap, that stand on fewer media than this."""
    numbers = select(EvidenceRoundRow.number).order_by(EvidenceRoundRow.number)
    return _without_gap(session, numbers, Medium.first_round, Medium.last_round, copies)


def _without_gap(
    session: Session,
    numbers: Select[int],
    first_on: InstrumentedAttribute[int],
    last_on: InstrumentedAttribute[int],
    copies: int,
) -> Iterator[int]:
    ranges = session.execute(select(first_on, last_on).where(Medium.state.in_(STANDING), first_on > 0)).all()
    begun = False
    for number in session.scalars(numbers):
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


def _minutes(row: Minutes) -> MinutesItem:
    return MinutesItem(row.submission_id, File(row.name, row.sha256, row.size))


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
