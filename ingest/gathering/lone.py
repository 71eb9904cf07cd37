"""Whether a document that came alone may wait for its case file; and what is known about it already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from archive.register.messages import DocumentRequest, ReceivedMessage, RequestKind
from archive.register.models import Submission, SubmissionState
from ingest.checks.catalogue import rule
from ingest.checks.dates import format_date
from ingest.checks.duplicates import Known
from ingest.checks.engine import check as run_checks
from ingest.delivery import Delivery, FileFacts
from ingest.finding import Finding, Severity
from ingest.gateway.edxml import DOCUMENTS, Message, Reference
from ingest.gathering.match import Wanted, key_of
from ingest.gathering.originals import code_and_day
from ingest.profiles.schema import Profile

FILE_CODES = frozenset(
    {
        "V01",
        "V13_UNTOLD",
        "UNOPENABLE",
        "ENCRYPTED",
        "ACTIVE_CONTENT",
        "FORMAT",
        "FORMAT_SIGNED",
        "FILE_NAME",
        "FILE_SIZE",
        "SIGNATURE_INVALID",
    }
)
"""Rules about a file alone, whatever case file it will be in."""
PLACE = "văn bản"
MOST = 500
STATES_LIVE = frozenset({SubmissionState.GATHERING, SubmissionState.STORED})


@dataclass(frozen=True)
class Before:
    """What came before this message.

    Attributes:
        id_known: another document that is still here has the same sender and DocumentId.
        original_unknown: it changes or replaces a document nobody knows.
        recalled: its sender asked it back before it came.
    """

    id_known: bool = False
    original_unknown: bool = False
    recalled: bool = False


def check(
    message: Message,
    delivery: Delivery,
    facts: Mapping[str, FileFacts],
    before: Before,
    *,
    profile: Profile,
    agency_code: str,
    today: date,
) -> list[Finding]:
    """Return all that is wrong with a document that came alone."""
    return list(_found(message, delivery, facts, before, profile, agency_code, today))


def _found(
    message: Message,
    delivery: Delivery,
    facts: Mapping[str, FileFacts],
    before: Before,
    profile: Profile,
    agency_code: str,
    today: date,
) -> Iterator[Finding]:
    if not message.attachments:
        yield Finding("EDXML_NO_FILE", PLACE)
    if message.issued and message.issued > today:
        params = {"date": format_date(message.issued), "today": format_date(today)}
        yield Finding("EDXML_FUTURE", "PromulgationInfo/PromulgationDate", params)
    if before.id_known:
        yield Finding("EDXML_ID_KNOWN", "DocumentId")
    if before.recalled:
        yield Finding("GATHER_RECALLED", PLACE, {"code": message.code})
    if before.original_unknown:
        yield Finding("EDXML_ORIGINAL_UNKNOWN", "Bussiness")
    for finding in run_checks(
        delivery, facts, profile=profile, agency_code=agency_code, known=Known(), today=today
    ):
        if finding.code in FILE_CODES and rule(finding.code).severity is not Severity.WARNING:
            yield Finding(finding.code, finding.place, finding.params)


def id_known(session: Session, message: Message, *, agency_code: str, submission_id: str) -> bool:
    """Say whether a document with this sender and DocumentId is here already, waiting or stored."""
    return (
        session.scalar(
            select(ReceivedMessage.submission_id)
            .join(Submission, Submission.id == ReceivedMessage.submission_id)
            .where(
                ReceivedMessage.document_id == message.document_id[:200],
                ReceivedMessage.sender == message.sender[:35],
                ReceivedMessage.kind.in_(DOCUMENTS),
                Submission.agency_code == agency_code,
                Submission.id != submission_id,
                Submission.state.in_(STATES_LIVE),
            )
            .limit(1)
        )
        is not None
    )


def repeated(session: Session, submission: Submission) -> str | None:
    """Return the earlier submission with the same bytes from the same sender; None when this is the first.

    The same bytes have the same From, DocumentId and BussinessDocType, whatever the transport calls them. One that
    was returned may be sent again as it is.
    """
    earlier: ColumnElement[bool] = and_(
        Submission.received_at <= submission.received_at, Submission.id != submission.id
    )
    return session.scalar(
        select(Submission.id)
        .where(
            Submission.agency_code == submission.agency_code,
            Submission.sha256 == submission.sha256,
            Submission.kind == submission.kind,
            Submission.state.not_in({SubmissionState.RETURNED, SubmissionState.NOTED}),
            earlier,
        )
        .order_by(Submission.received_at, Submission.id)
        .limit(1)
    )


def recalled_before(session: Session, agency_code: str) -> tuple[Reference, ...]:
    """Return the documents this sender asked back before anybody knew them, newest first."""
    rows = session.scalars(
        select(ReceivedMessage.about)
        .join(DocumentRequest, DocumentRequest.submission_id == ReceivedMessage.submission_id)
        .where(
            DocumentRequest.agency_code == agency_code,
            DocumentRequest.kind == RequestKind.RECALL,
            DocumentRequest.target_id.is_(None),
            DocumentRequest.case_file_id.is_(None),
        )
        .order_by(DocumentRequest.asked_at.desc())
        .limit(MOST)
    )
    return tuple(Reference(**one) for about in rows for one in about)


def is_recalled(wanted: Wanted, recalled: tuple[Reference, ...]) -> bool:
    """Say whether one of the recalls names this document: by its id, or without one by number, notation and date."""
    own = key_of(wanted.number, wanted.notation, wanted.issued_on)
    for one in recalled:
        if one.document_id:
            if one.document_id == wanted.document_id:
                return True
            continue
        said, day = code_and_day(one)
        number, _, notation = said.partition("/")
        if own is not None and own == key_of(number, notation, day):
            return True
    return False
