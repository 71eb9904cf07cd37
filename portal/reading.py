"""A case file for one viewer, and the bytes of its files: used by the pages and by REST.

What a viewer may not read looks like what is not there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from archive.custody import read_component
from archive.errors import NotFoundError
from archive.holds import holds_on
from archive.ledger.event import Verb
from archive.readings import note_reading
from archive.reason import because
from archive.register.decisions import Hold
from archive.register.models import CaseFile, Component, ComponentRole, Package, Record
from archive.register.session import reading
from archive.viewer import Role, Viewer
from portal.events import concerns
from portal.sending import PDF, Sent, Stream, send


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
    return sorted(session.scalars(holds_on(file)), key=lambda hold: hold.lifted_at is not None)


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
    with reading() as session:
        component = session.get(Component, component_id)
        record = session.get(Record, component.record_id) if component is not None else None
        if component is None or record is None:
            raise NotFoundError(because("portal.no-file", component=component_id))
        case_file(session, record.case_file_id, viewer=viewer)
    pdfa = component.role == ComponentRole.PDFA
    shown = in_frame and pdfa and component.media_type == PDF
    media_type = PDF if pdfa else "application/octet-stream"
    what = {"record": record.id, "role": component.role, "path": component.path}

    def chunks(start: int, length: int | None) -> Iterator[bytes]:
        with reading() as session:
            return read_component(session, component_id, viewer=viewer, start=start, length=length).chunks

    def note(begins: bool) -> None:
        note_reading(
            "case-file",
            record.case_file_id,
            what,
            sha256=component.sha256,
            viewer=viewer,
            now=now,
            verb=Verb.VIEW if shown else Verb.COPY,
            begins=begins,
        )

    sent = Sent(component.name, component.size, component.sha256, media_type, shown)
    return send(request, sent, chunks, note)
