"""Assemble a case file out of documents that came alone: an archivist or the REST service says which, and describes it.

What is assembled is a submission like any other, of the kind "assembly": its bytes are this description as JSON, and it
walks the ordinary pipeline, checks and decision included. Nobody sent it, so nobody is answered for it; its documents
are answered one by one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.errors import NotAllowedError, NotFoundError
from archive.ledger.append import append, be_only_writer
from archive.ledger.event import Verb
from archive.queue import send_after_commit
from archive.reason import because
from archive.register.messages import ReceivedMessage
from archive.register.models import Agency, Submission, SubmissionKind, SubmissionState, new_id
from archive.register.projection import apply
from archive.vietnam import day_of
from archive.viewer import Role, Viewer
from ingest import quarantine
from ingest.checks import description
from ingest.checks.case import case_of
from ingest.checks.catalogue import rule
from ingest.checks.dates import parse_date
from ingest.checks.fields import FILE_FIELDS
from ingest.checks.regime import tables_of
from ingest.delivery import DeliveredDocument, Delivery
from ingest.errors import IngestError, UnreadableDeliveryError
from ingest.finding import Finding, Severity
from ingest.gathering import claims
from ingest.profiles.load import profile_for
from ingest.seen_by import seen_by
from ingest.settings import IngestSettings

BASIS = "NĐ 30/2020/NĐ-CP Điều 29, 30 (lập hồ sơ, nộp lưu; ghép văn bản gửi riêng là cách của hệ thống)"
MOST = 2000  # documents of one case file
PLACE = "case file / "
Id = Annotated[str, StringConstraints(min_length=36, max_length=36)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9]{0,59}$")]
Value = Annotated[str, StringConstraints(max_length=4000)]
KNOWN = frozenset(row.short for row in FILE_FIELDS)


class DescriptionError(IngestError):
    """The case file is not described well enough to be assembled.

    Attributes:
        findings: what is wrong, each at `case file / <field>`.
    """

    def __init__(self, findings: Sequence[Finding]) -> None:
        fields = ", ".join(sorted({finding.place.removeprefix(PLACE) for finding in findings}))
        super().__init__(because("ingest.description-not-right", fields=fields))
        self.findings = tuple(findings)


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    message: Id
    fields: dict[Name, Value] = {}


class _Assembly(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    fields: dict[Name, Value]
    documents: list[_Document] = Field(min_length=1, max_length=MOST)


def assemble(
    session: Session,
    viewer: Viewer,
    submission_ids: Sequence[str],
    described: Mapping[str, str],
    *,
    now: datetime,
    key: str = "",
) -> Submission:
    """Make a case file of these waiting documents, in this order, and send it down the pipeline; return it.

    Args:
        described: the case file's fields by TT 02/2019 short names; TotalDoc is counted when it is left out.
        key: the caller's own word for this request; a second call with the same key returns the first submission.

    Raises:
        NotFoundError: a document does not exist or may not be seen.
        NotAllowedError: the viewer is no archivist of its agency.
        DescriptionError: what is wrong in the description, field by field.
        IngestError: a document does not wait any more, or they are of several agencies.
        TemporaryError: the quarantine cannot be written.
    """
    be_only_writer(session)
    ids = list(dict.fromkeys(submission_ids))
    rows = _chosen(session, viewer, ids)
    agency = session.get_one(Agency, rows[0][0].agency_code)
    fields = {name: value.strip() for name, value in described.items() if value.strip()}
    fields.setdefault("TotalDoc", str(len(ids)))
    raw = _written(fields, rows)
    digest = sha256(raw).hexdigest()
    mark = sha256(key.encode()).hexdigest() if key else new_id()
    message_id = f"ghep-{mark[:36]}"
    if key and (earlier := _earlier(session, agency.code, message_id)) is not None:
        return earlier
    for row, said in rows:
        if row.state != SubmissionState.GATHERING or claims.taken(session, row):
            raise IngestError(because("ingest.waits-no-more", document=f"{said.number}/{said.notation}"))
    if wrong := problems(fields, agency=agency, now=now):
        raise DescriptionError(wrong)
    submission_id = new_id()
    quarantine.keep(submission_id, BytesIO(raw), limit=IngestSettings.load().max_message_bytes)
    event = append(
        session,
        Verb.INGEST,
        actor=viewer.name,
        role=Role.ARCHIVIST,
        kind="submission",
        id=submission_id,
        payload={
            "agency_code": agency.code,
            "message_id": message_id,
            "sha256": digest,
            "size": len(raw),
            "kind": SubmissionKind.ASSEMBLY.value,
            "state": SubmissionState.RECEIVED.value,
        },
        after=digest,
        basis=BASIS,
        now=now,
    )
    apply(session, event)
    claims.claim(session, submission_id, ids)
    send_after_commit(session, "ingest.tasks.advance", submission_id)
    return session.get_one(Submission, submission_id)


def problems(fields: Mapping[str, str], *, agency: Agency, now: datetime) -> list[Finding]:
    """Return what is wrong in the description of a case file to be assembled; warnings are left to the pipeline."""
    today = day_of(now)
    ended = parse_date(fields.get("EndDate", "")) or today
    profile = profile_for(agency.code, agency.level1, ended, chosen=agency.profile)
    case = case_of(_delivery(fields, ()), {}, profile=profile, agency_code=agency.code, today=today)
    found = [
        finding
        for finding in description.check(case)
        if not finding.document and rule(finding.code).severity is not Severity.WARNING
    ]
    unknown = sorted(set(fields) - KNOWN)
    return [*found, *(Finding("ASSEMBLY_FIELD", f"{PLACE}{name}", {"field": name}) for name in unknown)]


def read(raw: Path) -> tuple[Delivery, dict[int, str]]:
    """Return the case file an assembly describes, and the message of each of its documents by ordinal.

    Raises:
        UnreadableDeliveryError: ASSEMBLY_BROKEN; only a damaged disk does that.
    """
    try:
        told = _Assembly.model_validate_json(raw.read_bytes())
    except ValidationError as error:
        raise UnreadableDeliveryError(
            "ASSEMBLY_BROKEN", "assembly", because("ingest.detail", said=str(error.errors()[0]["msg"]))
        ) from error
    documents = tuple(
        DeliveredDocument(f"document {ordinal}", one.fields, ())
        for ordinal, one in enumerate(told.documents, 1)
    )
    chosen = {ordinal: one.message for ordinal, one in enumerate(told.documents, 1)}
    return _delivery(told.fields, documents), chosen


def _delivery(fields: Mapping[str, str], documents: tuple[DeliveredDocument, ...]) -> Delivery:
    ended = parse_date(fields.get("EndDate", ""))
    return Delivery(
        standard=tables_of(ended) if ended else "TT02",
        objid="",
        record_status="NEW",
        agreement="",
        sender_code="",
        fields=fields,
        documents=documents,
    )


def _chosen(session: Session, viewer: Viewer, ids: Sequence[str]) -> list[tuple[Submission, ReceivedMessage]]:
    """Return the chosen documents in the order they were named, if this person may assemble them."""
    if not 0 < len(ids) <= MOST:
        raise IngestError(because("ingest.choose-documents", most=MOST))
    found = {
        row.id: (row, said)
        for row, said in session.execute(
            select(Submission, ReceivedMessage)
            .join(ReceivedMessage, ReceivedMessage.submission_id == Submission.id)
            .where(Submission.id.in_(ids), seen_by(viewer, Submission.agency_code))
        )
    }
    if missing := [id for id in ids if id not in found]:
        raise NotFoundError(because("ingest.no-waiting-document", document=missing[0], who=viewer.name))
    agencies = {row.agency_code for row, _ in found.values()}
    for code in sorted(agencies):
        if not viewer.has(Role.ARCHIVIST, code):
            raise NotAllowedError(because("ingest.only-archivist-assembles", who=viewer.name, agency=code))
    if len(agencies) > 1:
        raise IngestError(because("ingest.several-agencies", agencies=", ".join(sorted(agencies))))
    return [found[id] for id in ids]


def _written(fields: Mapping[str, str], rows: Sequence[tuple[Submission, ReceivedMessage]]) -> bytes:
    """Return the description as it is kept: what a case file gives its documents, the rest is in their messages."""
    code = fields.get("FileCode", "")
    documents = []
    for ordinal, (row, said) in enumerate(rows, 1):
        own = {
            "DocOrdinal": str(ordinal),
            "DocCode": _code(fields, code, ordinal, said),
            "FileCode": code,
            "Mode": fields.get("Rights", ""),
            "Language": fields.get("Language", ""),
            "ConfidenceLevel": fields.get("ConfidenceLevel", ""),
            "Format": fields.get("Format", ""),
        }
        documents.append({"message": row.id, "fields": {name: value for name, value in own.items() if value}})
    return json.dumps(
        {"fields": dict(fields), "documents": documents}, ensure_ascii=False, sort_keys=True
    ).encode()


def _code(fields: Mapping[str, str], file_code: str, ordinal: int, said: ReceivedMessage) -> str:
    """Return the document's code: file code and ordinal under TT 05/2025, else the id its sender gave it."""
    ended = parse_date(fields.get("EndDate", ""))
    if ended and tables_of(ended) == "TT05" and file_code:
        return f"{file_code}.{ordinal:07d}"
    return said.document_id


def _earlier(session: Session, agency_code: str, message_id: str) -> Submission | None:
    return session.scalar(
        select(Submission)
        .where(Submission.agency_code == agency_code, Submission.message_id == message_id)
        .order_by(Submission.received_at)
        .limit(1)
    )
