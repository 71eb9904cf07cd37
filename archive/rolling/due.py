"""Which copies in one store come next: those never looked at, those found bad before, then the oldest look first.

Read a page at a time, each in a short session of its own: what was looked at meanwhile has a new time and comes no
more. Everything is found by the index on store, state and time of the last look.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from archive.fixity import MINUTES, PACKAGE
from archive.register.agreements import Minutes, MinutesCopy
from archive.register.models import CaseFile, CaseFileState, Copy, CopyState, Package
from archive.register.session import reading

PAGE = 500


@dataclass(frozen=True)
class Due:
    """A copy that is to be read.

    Attributes:
        kind: "package" or "minutes".
        id: of the package; of the delivery when they are minutes.
        size: bytes, as the register says.
        checked_at: of the last look; None when there was none.
    """

    store: str
    kind: str
    id: str
    name: str
    sha256: str
    size: int
    checked_at: datetime | None = None


@dataclass(frozen=True)
class Length:
    """How long one round through a store is."""

    copies: int
    size: int


def length(session: Session, store: str) -> Length:
    """Return how many copies a store has to keep, and how many bytes these are."""
    copies = size = 0
    for query in (
        select(func.count(), func.coalesce(func.sum(Package.size), 0))
        .join(Copy, Copy.package_id == Package.id)
        .where(Copy.store == store, Copy.state != CopyState.ERASED),
        select(func.count(), func.coalesce(func.sum(Minutes.size), 0)),
    ):
        more, bytes_ = session.execute(query).one()
        copies, size = copies + more, size + int(bytes_)
    return Length(copies, size)


def never(store: str) -> Iterator[Due]:
    """Yield what should be in a store and was never looked at there: a new store, one that was away at the deposit."""
    other = aliased(Copy)
    kept = exists().where(other.package_id == Package.id, other.state != CopyState.ERASED)
    here = exists().where(Copy.package_id == Package.id, Copy.store == store)
    packages = (
        select(Package.id, Package.name, Package.sha256, Package.size)
        .join(CaseFile, CaseFile.id == Package.case_file_id)
        .where(~here, kept, CaseFile.state != CaseFileState.DESTROYED)
    )
    yield from _by_id(store, PACKAGE, packages, Package.id)
    looked = exists().where(MinutesCopy.submission_id == Minutes.submission_id, MinutesCopy.store == store)
    minutes = select(Minutes.submission_id, Minutes.name, Minutes.sha256, Minutes.size).where(~looked)
    yield from _by_id(store, MINUTES, minutes, Minutes.submission_id)


def _by_id(store: str, kind: str, query: Select[*tuple[Any, ...]], key: Any) -> Iterator[Due]:
    last = ""
    while True:
        with reading() as session:
            rows = session.execute(query.where(key > last).order_by(key).limit(PAGE)).all()
        for id, name, sha256, size in rows:
            yield Due(store, kind, id, name, sha256, size)
        if len(rows) < PAGE:
            return
        last = rows[-1][0]


def bad(store: str, before: datetime) -> Iterator[Due]:
    """Yield the copies that were found damaged or missing before that time and could not be mended."""
    for state in (CopyState.DAMAGED, CopyState.MISSING):
        yield from looked_at(store, state, before)


def oldest(store: str, before: datetime) -> Iterator[Due]:
    """Yield the good copies, those looked at longest ago first, down to those looked at before that time."""
    return looked_at(store, CopyState.VERIFIED, before)


def looked_at(store: str, state: CopyState, before: datetime) -> Iterator[Due]:
    """Yield the copies in that state, packages and minutes, by the time of the last look."""
    packages = (
        select(Copy.checked_at, Package.id, Package.name, Package.sha256, Package.size)
        .join(Package, Package.id == Copy.package_id)
        .where(Copy.store == store, Copy.state == state, Copy.checked_at < before)
    )
    minutes = (
        select(MinutesCopy.checked_at, Minutes.submission_id, Minutes.name, Minutes.sha256, Minutes.size)
        .join(Minutes, Minutes.submission_id == MinutesCopy.submission_id)
        .where(MinutesCopy.store == store, MinutesCopy.state == state, MinutesCopy.checked_at < before)
    )
    return heapq.merge(
        _by_time(store, PACKAGE, packages, Copy.checked_at, Copy.package_id),
        _by_time(store, MINUTES, minutes, MinutesCopy.checked_at, MinutesCopy.submission_id),
        key=_looked,
    )


def _looked(due: Due) -> datetime:
    assert due.checked_at is not None
    return due.checked_at


def _by_time(store: str, kind: str, query: Select[*tuple[Any, ...]], time: Any, key: Any) -> Iterator[Due]:
    page = query.order_by(time, key).limit(PAGE)
    while True:
        with reading() as session:
            rows = session.execute(page).all()
        for checked_at, id, name, sha256, size in rows:
            yield Due(store, kind, id, name, sha256, size, checked_at)
        if len(rows) < PAGE:
            return
        last = rows[-1]
        behind = or_(time > last[0], and_(time == last[0], key > last[1]))
        page = query.where(behind).order_by(time, key).limit(PAGE)
