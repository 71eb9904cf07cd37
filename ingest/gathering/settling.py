"""What people do with requests about archived documents: see them, and close them with a word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.errors import NotFoundError
from archive.ledger.append import append, be_only_writer
from archive.ledger.event import Verb
from archive.reason import because
from archive.register.messages import DocumentRequest, ReceivedMessage, RequestKind, RequestState
from archive.register.models import CaseFile, Record, Submission, SubmissionState
from archive.register.projection import apply
from archive.viewer import Role, Viewer
from ingest import outbox
from ingest.errors import IngestError
from ingest.gateway.edxml import Reference
from ingest.gateway.edxml_status import DECLINED
from ingest.gathering import claims
from ingest.seen_by import seen_by

BASIS = "NĐ 30/2020/NĐ-CP Điều 18.4.b (theo cách hiểu của hệ thống: tài liệu đã lưu không bị thay đổi)"
LONGEST_REMARK = 2000


@dataclass(frozen=True)
class Asked:
    """A request as people see it.

    Attributes:
        said: what the message says; None once its case file is destroyed.
        case_file: that it is about; None when the document is not archived, or not known.
    """

    request: DocumentRequest
    said: ReceivedMessage | None
    case_file: CaseFile | None


def listing(session: Session, *, viewer: Viewer, open_only: bool = True, limit: int = 100) -> Sequence[Asked]:
    """Return the requests this person may see, the newest first."""
    query = (
        select(DocumentRequest, ReceivedMessage, CaseFile)
        .outerjoin(ReceivedMessage, ReceivedMessage.submission_id == DocumentRequest.submission_id)
        .outerjoin(CaseFile, CaseFile.id == DocumentRequest.case_file_id)
        .where(seen_by(viewer, DocumentRequest.agency_code))
    )
    if open_only:
        query = query.where(DocumentRequest.state == RequestState.OPEN)
    rows = session.execute(query.order_by(DocumentRequest.asked_at.desc(), DocumentRequest.id).limit(limit))
    return [Asked(request, said, case_file) for request, said, case_file in rows]


def count_open(session: Session, *, viewer: Viewer) -> int:
    """Return how many requests wait for an archivist, as far as this person may see them."""
    query = select(func.count()).where(
        seen_by(viewer, DocumentRequest.agency_code), DocumentRequest.state == RequestState.OPEN
    )
    return session.scalar(query) or 0


def of_case_file(session: Session, case_file_id: str) -> Sequence[DocumentRequest]:
    """Return everything that was asked about a case file, oldest first; the caller may read the case file."""
    return session.scalars(
        select(DocumentRequest)
        .where(DocumentRequest.case_file_id == case_file_id)
        .order_by(DocumentRequest.asked_at, DocumentRequest.id)
    ).all()


def close(
    session: Session, request_id: str, *, viewer: Viewer, remark: str, refuse: bool = False, now: datetime
) -> DocumentRequest:
    """Close a request with a word on what was decided; what is archived stays as it is.

    Args:
        refuse: of an update or replacement: its office is answered 16 and the new document is refused. Otherwise the
            new document stays and waits for a case file, for instance one that supplements the archived.

    Raises:
        NotFoundError: no such request that the viewer may see.
        NotAllowedError: the viewer is no archivist of that agency.
        IngestError: it is closed already, no word was given, or the new document is in a case file.
    """
    be_only_writer(session)
    request = session.scalar(
        select(DocumentRequest).where(
            DocumentRequest.id == request_id, seen_by(viewer, DocumentRequest.agency_code)
        )
    )
    if request is None:
        raise NotFoundError(because("ingest.no-request", request=request_id, who=viewer.name))
    viewer.require(Role.ARCHIVIST, request.agency_code)
    if request.state != RequestState.OPEN:
        raise IngestError(because("ingest.request-closed"))
    if not remark.strip():
        raise IngestError(because("ingest.no-word"))
    answer = request.answer
    if refuse and request.kind != RequestKind.RECALL:
        answer = DECLINED
        _refuse(session, request, viewer, remark.strip(), now)
    event = append(
        session,
        Verb.REQUEST,
        actor=viewer.name,
        role=Role.ARCHIVIST,
        kind="case-file" if request.case_file_id else "submission",
        id=request.case_file_id or request.target_id or request.submission_id,
        payload={
            "request_id": request.id,
            "answer": answer,
            "state": RequestState.CLOSED.value,
            "remark": remark.strip()[:LONGEST_REMARK],
        },
        basis=BASIS,
        now=now,
    )
    apply(session, event)
    return request


def _refuse(session: Session, request: DocumentRequest, viewer: Viewer, remark: str, now: datetime) -> None:
    """Answer 16, and refuse the document that was to take the place of an archived one."""
    asking = session.get_one(Submission, request.submission_id)
    if asking.state != SubmissionState.GATHERING or claims.taken(session, asking):
        raise IngestError(because("ingest.in-case-file"))
    event = append(
        session,
        Verb.RETURN,
        actor=viewer.name,
        role=Role.ARCHIVIST,
        kind="submission",
        id=asking.id,
        payload={"state": SubmissionState.REFUSED.value, "decided_by": viewer.name, "reason": remark},
        basis=BASIS,
        now=now,
    )
    apply(session, event)
    asking.step = ""
    outbox.owe(session, asking, DECLINED, remark, now=now, about=_about(session, request))


def _about(session: Session, request: DocumentRequest) -> Reference | None:
    """Return the archived document as a status names it; None when nothing is known of it any more."""
    said = session.get(ReceivedMessage, request.target_id) if request.target_id else None
    if said is not None:
        day = f"{said.issued_on:%Y/%m/%d}" if said.issued_on else ""
        return Reference(said.sender, f"{said.number}/{said.notation}", day, said.document_id)
    record = session.get(Record, request.record_id) if request.record_id else None
    if record is not None:
        day = f"{record.issued_on:%Y/%m/%d}" if record.issued_on else ""
        return Reference(request.agency_code, f"{record.number}/{record.notation}", day, record.code)
    return None
