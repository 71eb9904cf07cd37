"""Gather what the minutes of a hand-over say: from the register alone, after the case file was stored."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.reason import because
from archive.register.agreements import Agreement
from archive.register.models import (
    Agency,
    CaseFile,
    CaseFileState,
    Component,
    ComponentRole,
    Package,
    Record,
    Submission,
    SubmissionState,
)
from archive.register.models import Finding as FindingRow
from ingest.agreements.versions import name_of
from ingest.errors import IngestError
from ingest.outbox import REPORTER_NAME
from ingest.settings import IngestSettings

MOST_PRINTED = 500
"""Documents listed on paper; of more, the hash of the whole list stands for the rest."""


@dataclass(frozen=True)
class FileFacts:
    """One file as it was handed over; its name is not in the minutes, they outlive its destruction."""

    size: int
    media_type: str
    sha256: str


@dataclass(frozen=True)
class DocumentFacts:
    """One document: its place, its code, its pages, its files."""

    ordinal: int
    code: str
    pages: int
    files: tuple[FileFacts, ...]


@dataclass(frozen=True)
class HandOver:
    """Everything the minutes say.

    Attributes:
        sent_by: account, or the name of the way in.
        accepted_by: account; `system:agreement` when the agreement accepted.
        documents: the first `MOST_PRINTED`.
        list_sha256: over the whole list, see `list_hash`.
        remarks: codes of the findings that were accepted.
        source: what the source may do with its copy (`SourceCopy`), and by which rule.
        sealed_as: SHA-256 of the package in the stores.
    """

    submission_id: str
    message_id: str
    agency_code: str
    agency_name: str
    archive_code: str
    archive_name: str
    agreement: str
    signed_by_agency: str
    signed_by_archive: str
    sent_by: str
    received_at: datetime
    accepted_by: str
    accepted_at: datetime
    stored_at: datetime
    regime: str
    file_code: str
    title: str
    start_date: date
    end_date: date
    maintenance: str
    total_docs: int
    total_pages: int
    total_files: int
    total_bytes: int
    documents: tuple[DocumentFacts, ...]
    list_sha256: str
    remarks: tuple[str, ...]
    source: str
    source_basis: str
    package_name: str
    sealed_as: str
    copies: tuple[str, ...]


class NotHandedOverError(IngestError):
    """There is nothing to write minutes of: it is not stored, or not any more."""


def hand_over(session: Session, submission_id: str) -> HandOver:
    """Return what the minutes of a delivery say.

    Raises:
        NotHandedOverError: no such delivery, or its case file is not in the vault.
    """
    row = session.get(Submission, submission_id)
    case = session.get(CaseFile, row.case_file_id) if row is not None and row.case_file_id else None
    if (
        row is None
        or row.state != SubmissionState.STORED
        or case is None
        or case.state != CaseFileState.STORED
    ):
        raise NotHandedOverError(because("ingest.not-handed-over", submission=submission_id))
    package = session.scalars(
        select(Package).where(Package.case_file_id == case.id).order_by(Package.version)
    ).first()
    if package is None:
        raise NotHandedOverError(because("ingest.not-handed-over", submission=submission_id))
    agency = session.get_one(Agency, row.agency_code)
    agreement = session.get(Agreement, row.agreement_id) if row.agreement_id else None
    records = session.scalars(
        select(Record).where(Record.case_file_id == case.id).order_by(Record.ordinal)
    ).all()
    documents = [_document(session, record) for record in records]
    return HandOver(
        submission_id=row.id,
        message_id=row.message_id,
        agency_code=agency.code,
        agency_name=agency.name,
        archive_code=IngestSettings.load().organ,
        archive_name=REPORTER_NAME,
        agreement=name_of(agreement) if agreement else "",
        signed_by_agency=agreement.signed_by_agency if agreement else "",
        signed_by_archive=agreement.signed_by_archive if agreement else "",
        sent_by=_sender(session, row),
        received_at=row.received_at,
        accepted_by=row.decided_by,
        accepted_at=row.decided_at or case.stored_at,
        stored_at=case.stored_at,
        regime=case.regime,
        file_code=case.code,
        title=case.title,
        start_date=case.start_date,
        end_date=case.end_date,
        maintenance=case.maintenance,
        total_docs=case.total_docs,
        total_pages=case.total_pages,
        total_files=sum(len(document.files) for document in documents),
        total_bytes=sum(file.size for document in documents for file in document.files),
        documents=tuple(documents[:MOST_PRINTED]),
        list_sha256=list_hash(documents),
        remarks=tuple(
            session.scalars(
                select(FindingRow.code)
                .where(FindingRow.submission_id == row.id)
                .group_by(FindingRow.code)
                .order_by(func.min(FindingRow.id))
            )
        ),
        source=row.source,
        source_basis=row.source_basis,
        package_name=package.name,
        sealed_as=package.sha256,
        copies=tuple(copy.store for copy in package.copies),
    )


def list_hash(documents: Sequence[DocumentFacts]) -> str:
    """Return the SHA-256 over the list: a line for each file, `ordinal TAB code TAB sha256 LF`, in UTF-8."""
    total = hashlib.sha256()
    for document in documents:
        for file in document.files:
            total.update(f"{document.ordinal}\t{document.code}\t{file.sha256}\n".encode())
    return total.hexdigest()


def _document(session: Session, record: Record) -> DocumentFacts:
    files = session.scalars(
        select(Component)
        .where(Component.record_id == record.id, Component.role == ComponentRole.ORIGINAL)
        .order_by(Component.path)
    )
    return DocumentFacts(
        record.ordinal,
        record.code,
        record.pages,
        tuple(FileFacts(file.size, file.media_type, file.sha256) for file in files),
    )


def _sender(session: Session, row: Submission) -> str:
    """Return who brought it: an account, or the way in by its name."""
    actor = session.scalar(
        select(EventRow.actor)
        .where(EventRow.object_id == row.id, EventRow.verb == Verb.INGEST.value)
        .order_by(EventRow.seq)
        .limit(1)
    )
    if actor and not actor.startswith("system:"):
        return str(actor)
    return f"hệ thống của cơ quan, qua {row.inbox}" if row.inbox else "hệ thống của cơ quan"
