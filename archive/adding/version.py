"""The later version of a package that takes a document over: what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import orders
from archive.adding.document import Origin, as_copied, counted
from archive.errors import NotFoundError
from archive.packages.facts import ComponentFacts, EventFacts, PackageFacts, RecordFacts
from archive.procedure.links import Chosen, Link
from archive.reason import because
from archive.register.models import CaseFile, Component, Record
from archive.versions import Next, earlier, facts_after, newest_of
from archive.viewer import Viewer

EVENT = "replication"
"""PREMIS event type (Library of Congress, eventType): a copy is made that is the same bit for bit."""


def document_of(session: Session, link: Link) -> RecordFacts:
    """Return the document as the register describes it, with its files."""
    record = session.scalar(
        select(Record).where(Record.case_file_id == link.case_file_id, Record.ordinal == link.document)
    )
    if record is None:
        raise NotFoundError(because("archive.no-document", record=link.document))
    return RecordFacts(
        id=record.id,
        ordinal=record.ordinal,
        code=record.code,
        type_name=record.type_name,
        number=record.number,
        notation=record.notation,
        issued_on=record.issued_on,
        organ_name=record.organ_name,
        subject=record.subject,
        pages=record.pages,
        description=dict(record.description),
        components=tuple(map(_component, record.components)),
    )


def _component(one: Component) -> ComponentFacts:
    return ComponentFacts(
        id=one.id,
        role=one.role,
        name=one.name,
        path=one.path,
        media_type=one.media_type,
        puid=one.puid,
        size=one.size,
        sha256=one.sha256,
        facts=dict(one.facts),
    )


def facts_of(
    session: Session,
    order_id: str,
    link: Link,
    chosen: Chosen,
    base: PackageFacts,
    since: Sequence[EventFacts],
    document: RecordFacts,
    later: Next,
    viewer: Viewer,
    now: datetime,
) -> PackageFacts:
    """Return what the new version says: all that was, and the document.

    Args:
        session: on the register.
        order_id: of the list.
        link: the document, and the case file it goes into.
        chosen: by whom and why it is kept.
        base: what the newest version with files says.
        since: what was done since, of versions that only describe.
        document: with its files.
        later: what the new version is called.
        viewer: who has it made.
        now: aware time.
    """
    row, source = session.get_one(CaseFile, link.other_id), session.get_one(CaseFile, link.case_file_id)
    package = newest_of(session, source)
    order = orders.named(session, order_id)
    at = now.astimezone(UTC).replace(microsecond=0)
    ordinal = max((record.ordinal for record in base.records), default=0) + 1
    origin = Origin(
        case_file_id=source.id,
        file_code=source.code,
        document=link.document,
        package=package.objid,
        package_sha256=package.sha256,
        order_id=order_id,
        list_number=order.document_number,
        by=chosen.by,
        at=at.isoformat(),
        why=chosen.reason,
        event=str(uuid4()),
    )
    copied, came_from = as_copied(document, origin, into=row.id, code=row.code, ordinal=ordinal)
    detail = (
        f"document {link.document} of case file {source.code} ({source.id}, package {package.objid}, SHA-256 "
        f"{package.sha256}) copied as document {ordinal}, because disposal list {order.document_number} ({order_id}) "
        f"has it destroyed there; chosen by {chosen.by}: {chosen.reason or 'no reason given'}"
    )
    event = EventFacts(origin.event, EVENT, at, "success", detail, viewer.name, tuple(came_from))
    newest = newest_of(session, row)
    said = facts_after(session, row, earlier(newest), later, now=at)
    return replace(
        said,
        # Used no more freely than either of the two was.
        access=max(row.access, source.access),
        total_docs=row.total_docs + 1,
        total_pages=row.total_pages + document.pages,
        description=counted(row.description, pages=document.pages),
        records=(*base.records, copied),
        events=(*base.events, *since, event),
        documentation=base.documentation,
    )
