"""A stored package given out: as it lies in the stores, or as the plain TT 05/2025 package without its bag."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.custody import stores
from archive.errors import NotAllowedError, NotFoundError, TemporaryError
from archive.hashing import sha256_of
from archive.packages.facts import WrittenPackage
from archive.packages.unbag import unbag
from archive.reason import because, trouble
from archive.register.models import CaseFile, Copy, CopyState, Package
from archive.register.session import reading
from archive.stores.interface import Store
from archive.viewer import Viewer
from exports.errors import NoGoodCopyError
from exports.ledgered import Leaving, note_given


@dataclass(frozen=True)
class Lying:
    """A package and the stores that should have a copy of it; what is read of it needs no register any more.

    Attributes:
        stores: names, those whose copy was found good first.
    """

    name: str
    objid: str
    sha256: str
    stores: tuple[str, ...]


@dataclass(frozen=True)
class Readable:
    """A case file somebody may read.

    Attributes:
        agency: its code.
        versions: of its package, newest first, at least one.
    """

    case_file_id: str
    agency: str
    versions: tuple[Lying, ...]


def lying(session: Session, package: Package) -> Lying:
    """Return where the copies of a package lie."""
    copies = session.scalars(
        select(Copy).where(Copy.package_id == package.id, Copy.state != CopyState.ERASED).order_by(Copy.store)
    )
    good_first = sorted(copies, key=lambda one: one.state != CopyState.VERIFIED)
    return Lying(package.name, package.objid, package.sha256, tuple(copy.store for copy in good_first))


def export_aip(
    case_file_id: str,
    into: Path,
    *,
    viewer: Viewer,
    now: datetime,
    places: Sequence[Store] | None = None,
    e_ark: bool = False,
) -> WrittenPackage:
    """Write every version of a case file's package, without its bag, into a folder as `<OBJID folder>.zip`.

    Returns the first, which holds the documents; a later one only describes it anew. Each is ledgered (COPY) before
    any of them is there.

    Opens sessions of its own, closed before the package is read. With `e_ark` the folder in the ZIP is named by
    the OBJID itself, as E-ARK's validators ask (CSIP1), and not as the circular names it.

    Raises:
        NotFoundError: no such case file, or it has no package any more.
        NotAllowedError: the viewer may not read it.
        NoGoodCopyError: no store has a sound copy.
        TemporaryError: the folder cannot be written, or no store answers.
    """
    found = readable(case_file_id, viewer)
    try:
        into.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".preparing-", dir=into) as work:
            written = [hand_out(one, Path(work), places=places, e_ark=e_ark) for one in found.versions]
            leaving = [
                Leaving({"given": "AIP", "objid": version.objid, "stored_sha256": version.sha256}, one.sha256)
                for version, one in zip(found.versions, written, strict=True)
            ]
            note_given(found.case_file_id, leaving, viewer=viewer, now=now)
            placed = [replace(one, path=one.path.replace(into / one.path.name)) for one in written]
    except OSError as error:
        raise TemporaryError(
            because("archive.cannot-write", place=str(into), trouble=trouble(error))
        ) from error
    return placed[-1]


def readable(case_file_id: str, viewer: Viewer) -> Readable:
    """Return where the package of a case file lies, for somebody who may read it.

    Opens a session of its own, closed when it returns.

    Raises:
        NotFoundError: no such case file, or it has no package any more.
        NotAllowedError: the viewer may not read it.
    """
    with reading() as session:
        row = session.get(CaseFile, case_file_id)
        if row is None:
            raise NotFoundError(because("archive.no-file", file=case_file_id))
        if not viewer.may_read(row.agency_code, row.access):
            raise NotAllowedError(because("archive.may-not-read", who=viewer.name, file=row.code))
        versions = versions_of(session, row.id)
        if not versions:
            raise NotFoundError(because("archive.file-without-package", file=row.code))
        return Readable(row.id, row.agency_code, versions)


def versions_of(session: Session, case_file_id: str) -> tuple[Lying, ...]:
    """Return every version of a case file's package that some store should have, newest first."""
    query = select(Package).where(Package.case_file_id == case_file_id).order_by(Package.version.desc())
    return tuple(found for one in session.scalars(query) if (found := lying(session, one)).stores)


def hand_out(
    package: Lying, into: Path, *, places: Sequence[Store] | None = None, e_ark: bool = False
) -> WrittenPackage:
    """Write one package, without its bag, into a folder; asks nobody's leave (the caller has).

    Raises:
        NoGoodCopyError: no store has a sound copy.
        TemporaryError: the folder cannot be written, or no store answers.
    """
    try:
        into.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TemporaryError(f"{into}: cannot be made: {error}") from error
    with sound_copy(package, places=places) as source:
        folder = package.objid if e_ark else ""
        return unbag(source, into / f"{package.objid.replace(':', '_')}.zip", folder=folder)


@contextmanager
def sound_copy(package: Lying, *, places: Sequence[Store] | None = None) -> Iterator[BinaryIO]:
    """Give a stream over the first copy whose bytes hash to what the register says; it is read whole first.

    Raises:
        NoGoodCopyError: stores answered, none with the right bytes.
        TemporaryError: no store answered.
    """
    used = {store.name: store for store in (stores() if places is None else places)}
    troubles: list[str] = []
    silent = 0
    for name in package.stores:
        if name not in used:
            continue
        try:
            source = used[name].open(package.name)
        except (NotFoundError, TemporaryError) as error:
            silent += isinstance(error, TemporaryError)
            troubles.append(str(error))
            continue
        with source:
            if sha256_of(source) == package.sha256:
                source.seek(0)
                yield source
                return
            troubles.append(f"store {name}: the copy is damaged")
    told = "; ".join(troubles) or "no configured store has a copy"
    if silent and silent == len(troubles):
        raise TemporaryError(f"{package.name}: {told}")
    raise NoGoodCopyError(package.name, f"{told}. Run `tangthu repair` first.")
