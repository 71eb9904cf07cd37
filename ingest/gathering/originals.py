"""Find the document a message names: alone in quarantine, in a case file under way, or in the archive.

Only what the same sender brought is found: whoever the transport says sends a recall cannot reach another's papers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from archive.codes.identifiers import parse_axis_id
from archive.register.messages import ReceivedMessage
from archive.register.models import CaseFile, Record, Submission, SubmissionKind, SubmissionState
from ingest.gateway.edxml import DOCUMENTS, Reference, promulgation_date
from ingest.gathering.answers import Place
from ingest.gathering.claims import STATES_CLAIMING
from ingest.gathering.match import key_of, same_organ
from ingest.naming import case_file_id_of

MESSAGES = (SubmissionKind.EDXML, SubmissionKind.STATUS)
"""Kinds of submissions that are one edXML message; all others are case files."""
STATES_GONE = frozenset({SubmissionState.RETURNED, SubmissionState.REFUSED, SubmissionState.SUPERSEDED})
STATES_ARCHIVED = frozenset({SubmissionState.ACCEPTED, SubmissionState.STORED})
MOST = 50  # documents one reference may mean; more is a sender's mistake


@dataclass(frozen=True)
class Original:
    """A document that was asked about.

    Attributes:
        submission_id: it came in with.
        parent_id: the case file's submission that has it, when it came alone; "" otherwise.
        case_file_id: the case file it is or will be in; "" when that is not decided.
    """

    place: Place
    submission_id: str
    parent_id: str = ""
    case_file_id: str = ""
    record_id: str = ""


def find(
    session: Session, reference: Reference, *, agency_code: str, asking_id: str, organ_name: str = ""
) -> tuple[Original, ...]:
    """Return every document of this sender that the reference names; those that are gone only when no other is.

    In quarantine a DocumentId means exactly that message, since it may be refused for it; without an id, number,
    notation and date must mean one message alone. In the archive, where nothing is touched, both are looked for.

    Args:
        asking_id: the submission that asks; it never means itself.
        organ_name: who asks, as it calls itself.
    """
    found: list[Original] = [
        *_alone(session, reference, agency_code, asking_id),
        *_case_files(session, reference, agency_code, asking_id),
    ]
    known = {one.case_file_id for one in found if one.case_file_id}
    archived = _archived(session, reference, agency_code, organ_name)
    found += [one for one in archived if one.case_file_id not in known]
    there = [one for one in found if one.place is not Place.GONE]
    return tuple(there or found[:1])


def _alone(session: Session, reference: Reference, agency_code: str, asking_id: str) -> Iterator[Original]:
    rows = session.execute(
        select(Submission, ReceivedMessage)
        .join(ReceivedMessage, ReceivedMessage.submission_id == Submission.id)
        .where(
            Submission.agency_code == agency_code,
            Submission.id != asking_id,
            ReceivedMessage.kind.in_(DOCUMENTS),
            ReceivedMessage.document_id == reference.document_id
            if reference.document_id
            else _numbered(reference, ReceivedMessage.number, ReceivedMessage.issued_on),
        )
        .order_by(Submission.received_at.desc(), Submission.id)
        .limit(MOST)
    )
    same = [
        _placed(session, submission)
        for submission, said in rows
        if reference.document_id or _same(reference, said.number, said.notation, said.issued_on)
    ]
    there = [one for one in same if one.place is not Place.GONE]
    if reference.document_id or len(there) < 2:
        yield from same


def _placed(session: Session, submission: Submission) -> Original:
    if submission.state in STATES_GONE:
        return Original(Place.GONE, submission.id)
    if submission.state == SubmissionState.STORED:
        return Original(Place.ARCHIVED, submission.id, case_file_id=submission.case_file_id or "")
    parent = session.get(Submission, submission.gathered_into) if submission.gathered_into else None
    if parent is None or parent.state not in STATES_CLAIMING:
        return Original(Place.WAITING, submission.id)
    if parent.state in STATES_ARCHIVED:
        return Original(Place.ARCHIVED, submission.id, parent.id, case_file_id_of(parent.id))
    return Original(Place.CLAIMED, submission.id, parent.id)


def _case_files(
    session: Session, reference: Reference, agency_code: str, asking_id: str
) -> Iterator[Original]:
    """Yield whole deliveries named by the transport's id, as our statuses name them, or by file code."""
    names = {name for name in (reference.document_id, reference.code) if name}
    rows = session.scalars(
        select(Submission)
        .where(
            Submission.agency_code == agency_code,
            Submission.id != asking_id,
            Submission.kind.not_in(MESSAGES),
            or_(
                Submission.message_id.in_(names),
                and_(Submission.file_code != "", Submission.file_code.in_(names)),
            ),
        )
        .order_by(Submission.received_at.desc(), Submission.id)
        .limit(MOST)
    )
    for submission in rows:
        if submission.state in STATES_GONE:
            yield Original(Place.GONE, submission.id)
        elif submission.state in STATES_ARCHIVED:
            case = submission.case_file_id or case_file_id_of(submission.id)
            yield Original(Place.ARCHIVED, submission.id, case_file_id=case)
        elif submission.state != SubmissionState.NOTED:
            yield Original(Place.UNDER_WAY, submission.id)


def _archived(
    session: Session, reference: Reference, agency_code: str, organ_name: str
) -> Iterator[Original]:
    named = _numbered(reference, Record.number, Record.issued_on)
    if reference.document_id:
        named = or_(Record.code == reference.document_id, named)
    rows = session.execute(
        select(Record, CaseFile.submission_id)
        .join(CaseFile, Record.case_file_id == CaseFile.id)
        .where(CaseFile.agency_code == agency_code, named)
        .order_by(Record.id)
        .limit(MOST)
    )
    for record, submission_id in rows:
        by_number = _same(reference, record.number, record.notation, record.issued_on) and same_organ(
            record.organ_name, organ_name
        )
        if by_number or (record.code and record.code == reference.document_id):
            yield Original(
                Place.ARCHIVED, submission_id, case_file_id=record.case_file_id, record_id=record.id
            )


def _numbered(
    reference: Reference, number: InstrumentedAttribute[str], issued_on: InstrumentedAttribute[date | None]
) -> ColumnElement[bool]:
    """Return what the database can look for; notations are compared afterwards, as people write them."""
    said, day = code_and_day(reference)
    first = said.partition("/")[0].strip()
    if not first or day is None:
        return false()
    bare = first.lstrip("0") or "0"
    return and_(number.in_({first, bare, bare.zfill(2), bare.zfill(3)}), issued_on == day)


def code_and_day(reference: Reference) -> tuple[str, date | None]:
    """Return "number/notation" and the date, from the reference itself or taken out of its DocumentId."""
    if reference.code and (day := promulgation_date(reference.promulgation_date)):
        return reference.code, day
    parts = parse_axis_id(reference.document_id)
    return (parts.code, promulgation_date(parts.day)) if parts else ("", None)


def _same(reference: Reference, number: str, notation: str, issued_on: date | None) -> bool:
    said, day = code_and_day(reference)
    first, _, rest = said.partition("/")
    wanted = key_of(first, rest, day)
    return wanted is not None and wanted == key_of(number, notation, issued_on)
