"""The register's tables: agencies, fonds, submissions, case files and what they hold.

Orders, holds and receipts are in `archive.register.decisions`; the ledger's rows in `archive.ledger.rows`.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import uuid4

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive.register.base import Base, Sha256


def new_id() -> str:
    """Return a fresh identifier (UUID 4 as text)."""
    return str(uuid4())


class Agency(Base):
    """An office that sends case files (cơ quan, tổ chức nộp lưu)."""

    __tablename__ = "agency"
    code: Mapped[str] = mapped_column(String(35), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    profile: Mapped[str] = mapped_column(String(40), default="")  # province profile id
    level1: Mapped[str] = mapped_column(String(13), default="")  # H37 ...
    # What was said before there were agreements (archive.register.agreements); one in force takes its place.
    auto_accept: Mapped[bool] = mapped_column(default=False)
    submits_to_historical: Mapped[bool] = mapped_column(default=True)  # on the source list


class Fonds(Base):
    """All archival records of one agency (phông lưu trữ)."""

    __tablename__ = "fonds"
    code: Mapped[str] = mapped_column(String(35), primary_key=True)
    agency_code: Mapped[str] = mapped_column(ForeignKey("agency.code"), index=True)
    name: Mapped[str] = mapped_column(String(200))


class SubmissionState(StrEnum):
    """Where a submission is (the legal status; the machine's step is `Submission.step`)."""

    RECEIVED = "received"  # raw bytes stored and ledgered, receipt 01
    CHECKING = "checking"
    GATHERING = "gathering"  # a lone edXML document, waits for its case file
    TO_DECIDE = "to-decide"  # checked without blocking findings, an archivist decides
    ACCEPTED = "accepted"  # receipt 03; being normalised, packaged, deposited
    STORED = "stored"  # receipt 06
    RETURNED = "returned"  # receipt 02 with what to mend
    TESTED = "tested"  # receipt 02 saying so: a trial package, checked and answered, never stored
    REFUSED = "refused"  # receipt 02; secret, infected or not ours: not to be sent again as it is
    SUPERSEDED = "superseded"  # a later message of its sender took its place before it was archived
    NOTED = "noted"  # a message that brings no document: a status, a recall; what it meant is recorded


class SubmissionKind(StrEnum):
    """What a submission is: which steps it takes follows from it."""

    SIP = "sip"  # a case file as a package, in any wrapping the archive reads
    EDXML = "edxml"  # one edXML message with one document
    STATUS = "status"  # an edXML message that is a status
    MEND = "mend"  # what was wrong in a returned submission, sent again
    ASSEMBLY = "assembly"  # made by the archive itself out of documents that came alone


STATES_OPEN = frozenset({SubmissionState.RECEIVED, SubmissionState.CHECKING, SubmissionState.ACCEPTED})
STATES_CLOSED = frozenset(
    {
        SubmissionState.STORED,
        SubmissionState.RETURNED,
        SubmissionState.REFUSED,
        SubmissionState.TESTED,
        SubmissionState.SUPERSEDED,
        SubmissionState.NOTED,
    }
)


class Submission(Base):
    """One delivery from an office. Idempotent by (agency, message id, SHA-256)."""

    __tablename__ = "submission"
    __table_args__ = (
        UniqueConstraint("agency_code", "message_id", "sha256"),
        Index("ix_submission_code", "agency_code", "file_code"),
    )
    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    agency_code: Mapped[str] = mapped_column(String(35), index=True)  # as sent; may be unknown
    message_id: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(Sha256)
    size: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))  # SubmissionKind
    file_name: Mapped[str] = mapped_column(String(255), default="")
    title: Mapped[str] = mapped_column(Text, default="")  # for lists; known after description
    file_code: Mapped[str] = mapped_column(String(100), default="")
    state: Mapped[str] = mapped_column(String(20), default=SubmissionState.RECEIVED, index=True)
    step: Mapped[str] = mapped_column(String(20), default="")  # the step that runs or waits
    waiting: Mapped[str] = mapped_column(Text, default="")  # why it waits, empty when it does not
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None]  # earliest next try
    interrupted: Mapped[int] = mapped_column(
        default=0, server_default="0"
    )  # holders dead since the last step
    lease_until: Mapped[datetime | None]  # a worker holds it until then
    lease_owner: Mapped[str] = mapped_column(String(80), default="")
    received_at: Mapped[datetime]
    received_legal_at: Mapped[datetime | None]  # when it counts as received, by the province's office hours
    due_at: Mapped[datetime | None]  # to be registered until then; None when the regulation is silent
    decided_by: Mapped[str] = mapped_column(String(80), default="")
    decided_at: Mapped[datetime | None]
    case_file_id: Mapped[str | None] = mapped_column(String(36), index=True)
    mends: Mapped[str | None] = mapped_column(String(36), index=True)  # the returned submission it mends
    gathered_into: Mapped[str | None] = mapped_column(String(36), index=True)  # submission of its case file
    superseded_by: Mapped[str | None] = mapped_column(String(36), index=True)  # what took its place
    inbox: Mapped[str] = mapped_column(String(60), default="", server_default="")  # the way it came in
    agreement_id: Mapped[str | None] = mapped_column(String(36))  # of the terms by which it was decided
    wanted_again: Mapped[list[Any] | None]  # ordinals of the documents a partial return asks for
    source: Mapped[str] = mapped_column(String(5), default="", server_default="")  # SourceCopy, once stored
    source_basis: Mapped[str] = mapped_column(
        Text, default="", server_default=""
    )  # by which rule or agreement
    findings: Mapped[list[Finding]] = relationship(cascade="all, delete-orphan", order_by="Finding.id")
    steps: Mapped[list[StepResult]] = relationship(
        cascade="all, delete-orphan", order_by="StepResult.position"
    )


class SourceCopy(StrEnum):
    """What the sending system may do with its own copy of what is stored here."""

    MAY_GO = "may"  # the source may release it
    STAYS = "keep"  # a regulation says that the source keeps it
    NOT_AGREED = "none"  # no agreement says that it may go


class StepResult(Base):
    """What a finished pipeline step said; a killed pipeline goes on after the last of these."""

    __tablename__ = "step_result"
    submission_id: Mapped[str] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    step: Mapped[str] = mapped_column(String(20), primary_key=True)
    position: Mapped[int]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(20))
    result: Mapped[dict[str, Any]]


class Finding(Base):
    """One thing wrong with a submission; text and clause are in the rule catalogue under `code`."""

    __tablename__ = "finding"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submission.id"), index=True)
    code: Mapped[str] = mapped_column(String(40))
    severity: Mapped[str] = mapped_column(String(10))  # blocking | error | warning
    place: Mapped[str] = mapped_column(Text)  # file or field the reader can point at
    params: Mapped[dict[str, Any]]


class Regime(StrEnum):
    """Which law applies (two regimes; the work's end decides)."""

    R1 = "R1"  # Law 2011, TT 02/2019: work ended until 30/06/2025
    R2 = "R2"  # Law 2024, TT 05/2025: after


class CaseFileState(StrEnum):
    """Life of a stored case file. There are only two ways out."""

    STORED = "stored"
    TRANSFERRED = "transferred"  # handed over to the Historical Archive
    DESTROYED = "destroyed"  # by approved order; the row is the tombstone


class CaseFile(Base):
    """A case file (hồ sơ) in the vault, or its tombstone."""

    __tablename__ = "case_file"
    __table_args__ = (
        UniqueConstraint("agency_code", "code"),
        Index("ix_case_file_due", "state", "eligible_from", "agency_code", "code"),
    )
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    code: Mapped[str] = mapped_column(String(100))
    agency_code: Mapped[str] = mapped_column(ForeignKey("agency.code"))
    fonds_code: Mapped[str] = mapped_column(ForeignKey("fonds.code"))
    submission_id: Mapped[str] = mapped_column(String(36))
    title: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(20), default="", server_default="")  # archive.dossiers.KIND
    regime: Mapped[str] = mapped_column(String(2))
    access: Mapped[str] = mapped_column(String(2))
    start_date: Mapped[date]
    end_date: Mapped[date]  # the day the work ended
    maintenance: Mapped[str] = mapped_column(String(100))  # the period as declared
    total_docs: Mapped[int]
    total_pages: Mapped[int]
    description: Mapped[dict[str, Any]]  # every field of the file table, by its TT 02/2019 short name
    state: Mapped[str] = mapped_column(String(12), default=CaseFileState.STORED)
    stored_at: Mapped[datetime]
    # set by retention (ledger verb RETENTION_SET); None until its follower has read the STORE event
    permanent: Mapped[bool | None]
    retention_years: Mapped[int | None]
    last_day: Mapped[date | None]
    eligible_from: Mapped[date | None]
    retention_basis: Mapped[dict[str, Any] | None]
    assigned_schedule: Mapped[str] = mapped_column(String(36), default="", server_default="")
    assigned_row: Mapped[str] = mapped_column(String(20), default="", server_default="")  # by a person
    gone_at: Mapped[datetime | None]  # transferred or destroyed
    gone_order_id: Mapped[str | None] = mapped_column(String(36))
    records: Mapped[list[Record]] = relationship(order_by="Record.ordinal", back_populates="case_file")
    packages: Mapped[list[Package]] = relationship(order_by="Package.version")


class Record(Base):
    """One document (văn bản, tài liệu) of a case file."""

    __tablename__ = "record"
    __table_args__ = (
        UniqueConstraint("case_file_id", "ordinal"),
        Index("ix_record_document", "notation", "number"),
    )
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    case_file_id: Mapped[str] = mapped_column(ForeignKey("case_file.id"))
    ordinal: Mapped[int]
    code: Mapped[str] = mapped_column(String(100))
    type_name: Mapped[str] = mapped_column(String(100))
    number: Mapped[str] = mapped_column(String(11))
    notation: Mapped[str] = mapped_column(String(30))
    issued_on: Mapped[date | None]
    organ_name: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(Text)
    pages: Mapped[int]
    description: Mapped[dict[str, Any]]
    case_file: Mapped[CaseFile] = relationship(back_populates="records")
    components: Mapped[list[Component]] = relationship(order_by="Component.path")


class RecordReference(Base):
    """A document that another one names in its description (`archive.register.references`)."""

    __tablename__ = "record_reference"
    record_id: Mapped[str] = mapped_column(ForeignKey("record.id"), primary_key=True)  # that names it
    name: Mapped[str] = mapped_column(String(200), primary_key=True, index=True)


class ComponentRole(StrEnum):
    """Why a file is in the package."""

    ORIGINAL = "original"  # the untouched bytes as received
    PDFA = "pdfa"  # verified derivative
    TEXT = "text"  # words of the derivative, for search and for reading machines


class Component(Base):
    """One file of a record inside the package."""

    __tablename__ = "component"
    __table_args__ = (
        UniqueConstraint("record_id", "path"),
        Index("ix_component_puid", "puid", "role"),
        Index("ix_component_document", "sha256", "role", "record_id"),
    )
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    record_id: Mapped[str] = mapped_column(ForeignKey("record.id"), index=True)
    role: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(255))  # as the office named it
    path: Mapped[str] = mapped_column(Text)  # inside the package's OBJID folder
    media_type: Mapped[str] = mapped_column(String(100))
    puid: Mapped[str] = mapped_column(String(20), default="")
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(Sha256)
    facts: Mapped[dict[str, Any]]  # route, tools, verdicts, signatures: what normalisation learnt


class Package(Base):
    """One version of an AIP: a ZIP under a name decided once."""

    __tablename__ = "package"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    case_file_id: Mapped[str] = mapped_column(ForeignKey("case_file.id"), index=True)
    version: Mapped[int]
    name: Mapped[str] = mapped_column(String(400), unique=True)  # the key in every store
    objid: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(Sha256)
    size: Mapped[int]
    made_at: Mapped[datetime]
    copies: Mapped[list[Copy]] = relationship(order_by="Copy.store")


class CopyState(StrEnum):
    """What is known of one copy of a package."""

    VERIFIED = "verified"
    DAMAGED = "damaged"
    MISSING = "missing"
    ERASED = "erased"


class Copy(Base):
    """A package in one store."""

    __tablename__ = "copy"
    __table_args__ = (Index("ix_copy_due", "store", "state", "checked_at"),)
    package_id: Mapped[str] = mapped_column(ForeignKey("package.id"), primary_key=True)
    store: Mapped[str] = mapped_column(String(40), primary_key=True)
    state: Mapped[str] = mapped_column(String(10))
    checked_at: Mapped[datetime]


class Outbox(Base):
    """A status message owed to a sender; sent until acknowledged, survives restarts."""

    __tablename__ = "outbox"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submission.id"), index=True)
    status: Mapped[str] = mapped_column(String(2))  # 01 02 03 06 13 15 16
    about: Mapped[dict[str, Any] | None]  # the document it is about, when that is not the submission itself
    reason: Mapped[str] = mapped_column(Text, default="")
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(Text, default="")


class InboxRow(Base):
    """How it stands with one way in: when it was asked, what it said. Of the machine, not of the record."""

    __tablename__ = "inbox"
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    asked_at: Mapped[datetime | None]
    well_at: Mapped[datetime | None]  # when it last answered as it should
    not_before: Mapped[datetime | None]  # earliest next asking
    busy_until: Mapped[datetime | None]  # a worker takes messages in until then
    failures: Mapped[int] = mapped_column(default=0)  # in a row
    waiting: Mapped[int] = mapped_column(default=0)  # messages not yet taken in
    error: Mapped[str] = mapped_column(Text, default="")
