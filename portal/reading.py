"""A case file for one viewer, and the bytes of its files: used by the pages and by REST.

What a viewer may not read looks like what is not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload
from zope.interface import implementer
from ZPublisher.Iterators import IStreamIterator

from archive.custody import read_component
from archive.errors import NotFoundError
from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.reason import because
from archive.register.decisions import Hold
from archive.register.models import CaseFile, Component, ComponentRole, Package, Record
from archive.register.session import reading, transaction
from archive.viewer import Role, Viewer
from portal.events import concerns

# Nothing received may run in our origin: no script, no form, no frame, an origin of its own.
SANDBOX = "sandbox; default-src 'none'"
# A verified PDF/A has no script and no outside reference; the browser's own viewer shows it, in our frame only.
PDF_VIEWER = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"

# A viewer asks for a file piece by piece; pieces asked for within this time after a ledgered reading are part of it.
ONE_READING = timedelta(minutes=15)


def case_file(session: Session, case_file_id: str, *, viewer: Viewer) -> CaseFile:
    """Return a case file, or its tombstone, with its documents and copies.

    An auditor may see a tombstone: it holds no content, and shows that a destruction was lawful.

    Raises:
        NotFoundError: there is none, or the viewer may not read it.
    """
    found = session.scalar(
        select(CaseFile)
        .where(CaseFile.id == case_file_id)
        .options(
            selectinload(CaseFile.records).selectinload(Record.components),
            selectinload(CaseFile.packages).selectinload(Package.copies),
        )
    )
    if found is None:
        raise NotFoundError(because("archive.no-file", file=case_file_id))
    readable = viewer.may_read(found.agency_code, found.access)
    tombstone = found.state == "destroyed" and viewer.has(Role.AUDITOR, found.agency_code)
    if not (readable or tombstone):
        raise NotFoundError(because("archive.no-file", file=case_file_id))
    return found


def holds_of(session: Session, file: CaseFile, viewer: Viewer) -> list[Hold]:
    """Return a case file's holds, those in force first; none for those whose business they are not."""
    if not concerns(viewer, file.agency_code):
        return []
    query = select(Hold).where(Hold.case_file_id == file.id)
    return list(session.scalars(query.order_by(Hold.lifted_at.isnot(None), Hold.placed_at)))


@implementer(IStreamIterator)
class Stream:
    """Bytes on their way to a browser; the publisher sends them as they come."""

    def __init__(self, chunks: Iterator[bytes], length: int) -> None:
        self._chunks = chunks
        self._length = length

    def __iter__(self) -> Stream:
        return self

    def __next__(self) -> bytes:
        return next(self._chunks)

    def __len__(self) -> int:
        return self._length

    def close(self) -> None:
        """Let go of the package, also when the browser went away half-way."""
        close = getattr(self._chunks, "close", None)
        if close is not None:
            close()


@dataclass(frozen=True)
class Range:
    """The bytes a request asks for; `length` None means to the end."""

    start: int = 0
    length: int | None = None
    partial: bool = False


class UnsatisfiableRangeError(NotFoundError):
    """The range begins behind the end of the file (RFC 9110 section 14.4)."""


def range_of(header: str, size: int) -> Range:
    """Return what a Range header asks for (RFC 9110 section 14.2); anything unusual gives the whole file.

    Raises:
        UnsatisfiableRangeError: no byte of the file is in the range.
    """
    found = re.fullmatch(r"bytes=(\d*)-(\d*)", header.strip())
    if found is None or found.groups() == ("", ""):
        return Range()
    first, last = found.groups()
    if not first:
        wanted = min(int(last), size)
        if wanted == 0:
            raise UnsatisfiableRangeError("the range holds no byte")
        return Range(size - wanted, wanted, True)
    start = int(first)
    if start >= size:
        raise UnsatisfiableRangeError(f"the file has {size} bytes")
    if last and int(last) < start:
        return Range()
    end = min(int(last), size - 1) if last else size - 1
    return Range(start, end - start + 1, True)


def send_component(
    request: Any, component_id: str, *, viewer: Viewer, now: datetime, in_frame: bool = False
) -> Stream | str:
    """Answer a request with one file of a kept record, honouring Range; the reading is ledgered.

    Args:
        request: its response gets status and headers.
        component_id: of the file.
        viewer: who reads.
        now: aware time of the ledger event.
        in_frame: show it in the browser; only a verified PDF/A is, everything else is a download.

    Raises:
        NotFoundError: no such file, or not for this viewer.
        TemporaryError, DamagedError: no store gave the right bytes.
    """
    response = request.response
    with reading() as session:
        component = session.get(Component, component_id)
        record = session.get(Record, component.record_id) if component is not None else None
        if component is None or record is None:
            raise NotFoundError(because("portal.no-file", component=component_id))
        case_file(session, record.case_file_id, viewer=viewer)
        shown = (
            in_frame and component.role == ComponentRole.PDFA and component.media_type == "application/pdf"
        )
        response.setHeader("Accept-Ranges", "bytes")
        response.setHeader("X-Content-Type-Options", "nosniff")
        response.setHeader("Cache-Control", "private, no-store")
        response.setHeader("Content-Security-Policy", PDF_VIEWER if shown else SANDBOX)
        try:
            asked = range_of(request.get_header("Range", "") or "", component.size)
        except UnsatisfiableRangeError:
            response.setStatus(416)
            response.setHeader("Content-Range", f"bytes */{component.size}")
            response.setHeader("Content-Type", "text/plain")
            return "the range is behind the end of the file"
        stream = read_component(session, component_id, viewer=viewer, start=asked.start, length=asked.length)
        facts = (component.role, component.path, component.sha256, record.case_file_id, record.id)
    if request.method != "HEAD":
        _note_reading(facts, viewer, now, Verb.VIEW if shown else Verb.COPY, begins=asked.start == 0)
    media_type = stream.media_type if shown else "application/octet-stream"
    if component.role == ComponentRole.PDFA:
        media_type = "application/pdf"
    response.setHeader("Content-Type", media_type)
    response.setHeader("Content-Length", str(stream.length))
    response.setHeader("Content-Disposition", disposition(stream.name, inline=shown))
    response.setHeader("ETag", f'"{stream.sha256}"')
    if asked.partial:
        response.setStatus(206)
        last = stream.start + stream.length - 1
        response.setHeader("Content-Range", f"bytes {stream.start}-{last}/{stream.size}")
    return Stream(stream.chunks, stream.length)


def disposition(name: str, *, inline: bool) -> str:
    """Return a Content-Disposition value (RFC 6266) for any file name."""
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name)[:100] or "file"
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name[:200], safe='')}"


def _note_reading(
    facts: tuple[str, str, str, str, str], viewer: Viewer, now: datetime, verb: Verb, *, begins: bool
) -> None:
    """Ledger the reading, unless it goes on with one just ledgered; where it begins is the asker's to choose."""
    role, path, sha256, case_file_id, record_id = facts
    what = {"record": record_id, "role": role, "path": path}
    if not begins:
        with reading() as session:
            if goes_on(session, case_file_id, what, viewer, now, verb):
                return
    with transaction() as session:
        append(
            session,
            verb,
            actor=viewer.name,
            kind="case-file",
            id=case_file_id,
            payload=what,
            after=sha256,
            now=now,
        )


def goes_on(
    session: Session, case_file_id: str, what: dict[str, str], viewer: Viewer, now: datetime, verb: Verb
) -> bool:
    """Say whether this person began to read this very file in the same way a moment ago."""
    query = select(EventRow.payload).where(
        EventRow.object_id == case_file_id,
        EventRow.verb == verb.value,
        EventRow.actor == viewer.name,
        EventRow.at > now - ONE_READING,
    )
    return any(dict(payload) == what for payload in session.scalars(query))
