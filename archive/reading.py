"""Read one file of a kept record, by range, from the first copy that is good.

Up to `PROVEN_WHOLE` bytes the file is hashed before its first byte leaves, so that a damaged copy is never
shown and the next one is read instead. A larger file is hashed while it streams when it is read whole (the
stream then ends in `DamagedError`); a range of a larger file is only as good as the last fixity check.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.copies import stores
from archive.errors import (
    ArchiveError,
    DamagedError,
    NotAllowedError,
    NotFoundError,
    TangThuError,
    TemporaryError,
)
from archive.packages.errors import UnreadableError
from archive.packages.reader import member_range
from archive.reason import because, trouble
from archive.register.models import CaseFile, Component, Copy, CopyState, Package, Record
from archive.register.session import reading
from archive.stores.interface import Store
from archive.viewer import Viewer

CHUNK = 64 * 1024
PROVEN_WHOLE = 16 * 1024 * 1024


@dataclass(frozen=True)
class ComponentStream:
    """One file on its way to a reader.

    Attributes:
        size: of the whole file, in bytes.
        start: first byte given.
        length: how many bytes `chunks` yields.
        chunks: at most 64 KiB each; read it once, to the end, or close it.
        store: which store's copy is read.
    """

    media_type: str
    size: int
    name: str
    chunks: Iterator[bytes]
    start: int
    length: int
    sha256: str
    store: str


def read_component(
    session: Session,
    component_id: str,
    *,
    viewer: Viewer,
    start: int = 0,
    length: int | None = None,
    places: Sequence[Store] | None = None,
) -> ComponentStream:
    """Return a stream over one component's bytes, from the first good copy.

    Args:
        session: a reading session is enough; it is not used after the call.
        component_id: of the component.
        viewer: who reads; must be allowed to by agency and access code.
        start: first byte, from 0.
        length: bytes wanted; None or too many means to the end.
        places: stores to read from instead of the configured ones.

    Raises:
        NotFoundError: no such component (those of a destroyed case file are gone).
        NotAllowedError: the viewer may not read it.
        ArchiveError: the range begins behind the end.
        TemporaryError: no store answered.
        DamagedError: stores answered, none with the right bytes; names what was wrong in each.
    """
    found = session.execute(
        select(Component, CaseFile)
        .join(Record, Record.id == Component.record_id)
        .join(CaseFile, CaseFile.id == Record.case_file_id)
        .where(Component.id == component_id)
    ).first()
    if found is None:
        raise NotFoundError(because("archive.no-component", component=component_id))
    component, case_file = found
    if not viewer.may_read(case_file.agency_code, case_file.access):
        raise NotAllowedError(because("archive.may-not-read", who=viewer.name, file=case_file.code))
    if start < 0 or start > component.size or (length is not None and length < 0):
        raise ArchiveError(f"{component.name} has {component.size} bytes; no range begins at {start}")
    end = component.size if length is None else min(component.size, start + length)
    used = {store.name: store for store in (stores() if places is None else places)}
    troubles: list[TangThuError] = []
    for package_name, store_name in _where(session, case_file.id):
        store = used.get(store_name)
        if store is None:
            continue
        try:
            stream = _open(store, package_name, component)
        except NotFoundError as error:
            if _is_first(package_name):  # a later version that only describes the file anew holds no file
                troubles.append(error)
        except (TemporaryError, DamagedError) as error:
            troubles.append(error)
        else:
            return ComponentStream(
                media_type=component.media_type,
                size=component.size,
                name=component.name,
                chunks=_chunks(stream, component, start, end),
                start=start,
                length=end - start,
                sha256=component.sha256,
                store=store_name,
            )
    if troubles and all(isinstance(one, TemporaryError) for one in troubles):
        why = [one.reason for one in troubles]
        raise TemporaryError(because("archive.no-store-answers", name=component.name, why=why))
    told = "; ".join(map(str, troubles)) or "no configured store has a copy"
    raise DamagedError(component.name, told)


def spool_component(
    component_id: str, into: Path, *, viewer: Viewer, places: Sequence[Store] | None = None
) -> None:
    """Write a component's bytes into a new file; it holds what was stored, or this raises. Opens its own session.

    Raises:
        As `read_component`; OSError for the file.
    """
    with reading() as session:
        stream = read_component(session, component_id, viewer=viewer, places=places)
    digest = hashlib.sha256()
    with into.open("xb") as file:
        for chunk in stream.chunks:
            digest.update(chunk)
            file.write(chunk)
    if digest.hexdigest() != stream.sha256:
        raise DamagedError(component_id, "the bytes that were read are not what was stored")


def _where(session: Session, case_file_id: str) -> list[tuple[str, str]]:
    """Return (package name, store) of every copy not erased: newest version first, verified copies first."""
    rows = session.execute(
        select(Package.name, Package.version, Copy.store, Copy.state)
        .join(Copy, Copy.package_id == Package.id)
        .where(Package.case_file_id == case_file_id, Copy.state != CopyState.ERASED)
    )
    order = sorted(rows, key=lambda row: (row.state != CopyState.VERIFIED, -row.version, row.store))
    return [(row.name, row.store) for row in order]


def _is_first(package_name: str) -> bool:
    return package_name.endswith("/v0001.zip")


@dataclass(frozen=True)
class _Opened:
    source: BinaryIO
    offset: int


def _open(store: Store, package_name: str, component: Component) -> _Opened:
    source = store.open(package_name)
    try:
        offset, size = member_range(source, component.path)
        if size != component.size:
            raise DamagedError(
                f"{store.name}:{package_name}", f"{component.path} has {size} bytes, not {component.size}"
            )
        if size <= PROVEN_WHOLE:
            source.seek(offset)
            if hashlib.sha256(source.read(size)).hexdigest() != component.sha256:
                raise DamagedError(f"{store.name}:{package_name}", f"{component.path} is not what was stored")
    except UnreadableError as error:
        source.close()
        raise DamagedError(f"{store.name}:{package_name}", str(error)) from error
    except OSError as error:
        source.close()
        raise TemporaryError(
            because("archive.store-trouble", store=store.name, name=package_name, trouble=trouble(error))
        ) from error
    except BaseException:
        source.close()
        raise
    return _Opened(source, offset)


def _chunks(opened: _Opened, component: Component, start: int, end: int) -> Iterator[bytes]:
    digest = (
        hashlib.sha256() if component.size > PROVEN_WHOLE and (start, end) == (0, component.size) else None
    )
    with opened.source as source:
        source.seek(opened.offset + start)
        left = end - start
        while left:
            try:
                chunk = source.read(min(CHUNK, left))
            except OSError as error:
                raise TemporaryError(
                    because("archive.file-trouble", file=component.name, trouble=trouble(error))
                ) from error
            if not chunk:
                raise DamagedError(component.name, "the stored package ends too early")
            if digest is not None:
                digest.update(chunk)
            left -= len(chunk)
            yield chunk
    if digest is not None and digest.hexdigest() != component.sha256:
        raise DamagedError(component.name, "the bytes that were read are not what was stored")
