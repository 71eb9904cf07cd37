"""Statuses owed to senders: written in the transaction that decided, sent until the other side has them.

A status may be sent twice (the line broke before the answer came), never not at all: the row is marked as sent only
after the other side took it. Within one submission they go out in the order in which they were owed.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import takewhile

from sqlalchemy import ColumnElement, Update, and_, false, func, not_, or_, select, true, update
from sqlalchemy.orm import Session, aliased

from archive.codes.identifiers import parse_axis_id
from archive.errors import TangThuError, TemporaryError
from archive.register.models import Outbox, Submission, SubmissionKind
from archive.register.session import reading, transaction
from archive.vietnam import local
from ingest import quarantine, reasons
from ingest.errors import IngestError
from ingest.gateway.edxml import Reference
from ingest.gateway.edxml_status import (
    ACCEPTED,
    AGREED,
    ARRIVED,
    DECLINED,
    DONE,
    MAX_DESCRIPTION,
    REFUSED,
    WORKED_ON,
    Reporter,
    write_status,
)
from ingest.gateway.interface import Inbox
from ingest.gateway.opening import opened
from ingest.inbox_settings import Common, RestInbox
from ingest.settings import IngestSettings

log = logging.getLogger(__name__)

OWED = frozenset({ARRIVED, REFUSED, ACCEPTED, WORKED_ON, DONE, AGREED, DECLINED})
"""What whoever receives a document reports. 13 is not among it: only who sent the document asks it back."""
ANSWERS = frozenset({AGREED, DECLINED})
"""What a recall or update, which may itself be a status, is answered with."""
REPORTER_NAME = "Lưu trữ điện tử Tàng Thư"
AT_ONCE = 200
ABOUT = "about"
"""What a step's result calls the document a lone message brings, as its sender names it."""


def owe(
    session: Session,
    submission: Submission,
    status: str,
    reason: str,
    now: datetime,
    about: Reference | None = None,
    not_before: datetime | None = None,
) -> None:
    """Note that a status is owed for a submission; the same status about the same document is owed once.

    Status 05 carries a question to the office; each question is owed once.

    It goes back by the way in that brought the submission.

    Args:
        status: 01 arrived, 02 refused or returned, 03 accepted, 05 being worked on, 06 stored; 15 agreed to a
            recall or update, 16 declined.
        reason: in Vietnamese; sent as the message's Description.
        about: the document reported on, when it is another than the submission itself (a recall names one).
        not_before: it is sent then at the earliest, unless `release` comes first; at once when not given.
    """
    if status not in OWED:
        raise IngestError(f"status {status} is not one the archive owes; known: {', '.join(sorted(OWED))}")
    if submission.kind == SubmissionKind.STATUS and status not in ANSWERS:
        return  # a status is not answered but when it asks: two archives would thank each other for ever
    if submission.kind == SubmissionKind.ASSEMBLY:
        return  # nobody sent it; its documents are answered one by one
    told = asdict(about) if about else None
    already = select(Outbox.about).where(Outbox.submission_id == submission.id, Outbox.status == status)
    if status == WORKED_ON:
        already = already.where(Outbox.reason == reason)
    if told not in session.scalars(already).all():
        session.add(
            Outbox(
                submission_id=submission.id,
                status=status,
                reason=reason,
                about=told,
                attempts=0,
                not_before=not_before or now,
            )
        )


def release(session: Session, submission_id: str, *, now: datetime) -> None:
    """Send what was held, if nothing went wrong with it before."""
    session.execute(_unsent(submission_id).where(Outbox.attempts == 0).values(not_before=now))


def _unsent(submission_id: str) -> Update:
    return update(Outbox).where(Outbox.submission_id == submission_id, Outbox.sent_at.is_(None))


def send_due(inbox: Inbox, now: datetime) -> int:
    """Send what is owed through this inbox and due; return how many the other side took.

    Each is its own transaction, so a crash repeats one at most. A row that fails waits twice as long as before, up
    to `retry_limit_seconds`; while the other side is down the rest is left for the next call.
    """
    settings = IngestSettings.load()
    sent, held_back = 0, set[str]()
    for row_id, submission_id in _due(inbox.settings, settings, now):
        if submission_id in held_back:
            continue
        with reading() as session:
            row = session.get_one(Outbox, row_id)
            submission = session.get_one(Submission, submission_id)
            receiver, message = submission.agency_code, _message(row, submission, inbox.settings.organ, now)
            label = f"{_name(submission)}.{submission_id[:8]}.{_told_apart(row)}"
        try:
            inbox.send_status(message, receiver, label)
        except TangThuError as error:
            failed(row_id, str(error), now)
            held_back.add(submission_id)
            if isinstance(error, TemporaryError):
                break
            continue
        with transaction() as session:
            row = session.get_one(Outbox, row_id)
            row.sent_at, row.last_error = now, ""
            row.attempts += 1
        sent += 1
    return sent


def send_all(now: datetime) -> int:
    """Send what is owed through every inbox that is set; return how many were taken. One that fails stops no other.

    Raises:
        Exception: something unforeseen at one inbox; the others were served first.
    """
    settings, sent = IngestSettings.load(), 0
    unforeseen: Exception | None = None
    for one in settings.ways_in:
        rows = _due(one, settings, now)
        if not rows:
            continue
        try:
            with opened(one) as inbox:
                sent += send_due(inbox, now)
        except TangThuError as error:  # it could not even be opened
            failed(rows[0][0], str(error), now)
            log.warning("inbox %s: statuses cannot be sent: %s", one.name, error)
        except Exception as error:
            log.exception("inbox %s: unforeseen", one.name)
            unforeseen = unforeseen or error
    if unforeseen is not None:
        raise unforeseen
    return sent


def owed_by_inbox() -> dict[str, int]:
    """Return how many statuses have not been taken yet, by the name of the way in; "" for what none brought."""
    with reading() as session:
        rows = session.execute(
            select(Submission.inbox, func.count().label("owed"))
            .join(Outbox, Outbox.submission_id == Submission.id)
            .where(Outbox.sent_at.is_(None))
            .group_by(Submission.inbox)
        ).all()
    return {row.inbox: row.owed for row in rows}


def _due(inbox: Common, settings: IngestSettings, now: datetime) -> Sequence[tuple[int, str]]:
    """Return what may be sent now, oldest first; behind a row that still waits, its submission waits too."""
    waiting = aliased(Outbox)
    blocked = select(waiting.id).where(
        waiting.submission_id == Outbox.submission_id,
        waiting.sent_at.is_(None),
        waiting.not_before > now,
    )
    with reading() as session:
        rows = session.execute(
            select(Outbox.id, Outbox.submission_id)
            .join(Submission, Submission.id == Outbox.submission_id)
            .where(
                Outbox.sent_at.is_(None),
                Outbox.not_before <= now,
                ~blocked.exists(),
                or_(Submission.inbox == inbox.name, _answers_for(inbox, settings)),
            )
            .order_by(Outbox.id)
            .limit(AT_ONCE)
        ).all()
    return [(row.id, row.submission_id) for row in rows]


def _answers_for(inbox: Common, settings: IngestSettings) -> ColumnElement[bool]:
    """Say which submissions that no inbox brought are answered by this one: the first to serve the agency.

    Never by REST: who sent nothing there does not look for an answer there.
    """
    if isinstance(inbox, RestInbox):
        return false()
    earlier = list(takewhile(lambda one: one.name != inbox.name, settings.inboxes))
    return and_(Submission.inbox == "", _served(inbox), *(not_(_served(one)) for one in earlier))


def _served(inbox: Common) -> ColumnElement[bool]:
    """As `Common.serves`, for the database."""
    if not inbox.agencies:
        return true()
    special = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_", "*": "%"})
    return or_(*(Submission.agency_code.like(one.translate(special), escape="\\") for one in inbox.agencies))


def _told_apart(row: Outbox) -> str:
    """Return the status, with a piece that differs where one submission may get several of that status."""
    if row.status == WORKED_ON:
        return f"{row.status}-{sha256(row.reason.encode()).hexdigest()[:8]}"
    if not row.about:
        return row.status
    return f"{row.status}-{sha256(row.about['document_id'].encode()).hexdigest()[:8]}"


def _name(submission: Submission) -> str:
    """Return what the sender knows the delivery by: the name it had, or the message's id."""
    return submission.file_name or quarantine.name_of(submission.id) or submission.message_id


def failed(row_id: int, error: str, now: datetime) -> None:
    """Note why a status was not taken, and when it is tried again."""
    settings = IngestSettings.load()
    with transaction() as session:
        row = session.get_one(Outbox, row_id)
        wait = min(settings.retry_seconds * 2 ** min(row.attempts, 20), settings.retry_limit_seconds)
        row.attempts += 1
        row.last_error = error[:1000]
        row.not_before = now + timedelta(seconds=wait)


def _message(row: Outbox, submission: Submission, organ: str, now: datetime) -> bytes:
    return write_status(
        reporter=Reporter(organ, REPORTER_NAME),
        about=Reference(**row.about) if row.about else _about(submission),
        status=row.status,
        description=reasons.fitted(row.reason, MAX_DESCRIPTION),
        now=now,
    )


def _about(submission: Submission) -> Reference:
    """Say what the status is about in the words of edXML.

    A case file has no place in a status message (DERIVED): its file code stands for the document's code, the day of
    receipt for its date, and the transport's id for its DocumentId. Before the description is read (status 01) the
    transport's id is all there is.
    """
    for step in submission.steps:
        if said := step.result.get(ABOUT):
            return Reference(**said)  # the message itself was read: its own words
    if parts := parse_axis_id(submission.message_id):
        return Reference(parts.agency, parts.code, parts.day.replace("-", "/"), submission.message_id)
    day = local(submission.received_at).strftime("%Y/%m/%d")
    code = submission.file_code or submission.message_id
    return Reference(submission.agency_code, code, day, submission.message_id)
