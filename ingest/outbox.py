"""Statuses owed to senders: written in the transaction that decided, sent until the other side has them.

A status may be sent twice (the line broke before the answer came), never not at all: the row is marked as sent only
after the axis gave an id. Within one submission they go out in the order in which they were owed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.errors import TemporaryError
from archive.register.models import Outbox, Submission
from archive.register.session import reading, transaction
from ingest import reasons
from ingest.errors import IngestError
from ingest.gateway.edxml import Reference
from ingest.gateway.edxml_status import (
    ACCEPTED,
    ARRIVED,
    DONE,
    MAX_DESCRIPTION,
    REFUSED,
    ZONE,
    Reporter,
    write_status,
)
from ingest.gateway.interface import Inbox
from ingest.settings import IngestSettings

OWED = frozenset({ARRIVED, REFUSED, ACCEPTED, DONE})
REPORTER_NAME = "Lưu trữ điện tử Tàng Thư"
AT_ONCE = 200
STATUS = "status"
"""Kind of a submission that is itself a status message."""
_DOCUMENT_ID = re.compile(r"(?P<agency>[^,]+),(?P<date>\d{4}[/-]\d{2}[/-]\d{2}),(?P<code>.+)")


def owe(session: Session, submission: Submission, status: str, reason: str, now: datetime) -> None:
    """Note that a status is owed for a submission; the same status is owed once.

    Args:
        status: 01 arrived, 02 refused or returned, 03 accepted, 06 stored.
        reason: in Vietnamese, for 02; sent as the message's Description.
    """
    if status not in OWED:
        raise IngestError(f"status {status} is not one the archive owes; known: {', '.join(sorted(OWED))}")
    if submission.kind == STATUS:
        return  # a status is never answered: two archives would thank each other for ever
    already = select(Outbox.id).where(Outbox.submission_id == submission.id, Outbox.status == status)
    if session.scalar(already) is None:
        session.add(
            Outbox(submission_id=submission.id, status=status, reason=reason, attempts=0, not_before=now)
        )


def send_due(axis: Inbox, now: datetime) -> int:
    """Send what is owed and due; return how many the axis took.

    Each is its own transaction, so a crash repeats one at most. A row that fails waits twice as long as before, up
    to `retry_limit_seconds`; while the axis is down the rest is left for the next call.
    """
    settings = IngestSettings.load()
    sent, held_back = 0, set[str]()
    for row_id, submission_id in _due(now):
        if submission_id in held_back:
            continue
        with reading() as session:
            row = session.get_one(Outbox, row_id)
            submission = session.get_one(Submission, submission_id)
            receiver, message = submission.agency_code, _message(row, submission, settings, now)
        try:
            axis.send_status(message, receiver)
        except (TemporaryError, IngestError) as error:
            _failed(row_id, str(error), settings, now)
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


def _due(now: datetime) -> Sequence[tuple[int, str]]:
    """Return what may be sent now, oldest first; behind a row that still waits, its submission waits too."""
    with reading() as session:
        waiting = session.execute(
            select(Outbox.submission_id).where(Outbox.sent_at.is_(None), Outbox.not_before > now)
        ).scalars()
        blocked = set(waiting)
        rows = session.execute(
            select(Outbox.id, Outbox.submission_id)
            .where(Outbox.sent_at.is_(None), Outbox.not_before <= now)
            .order_by(Outbox.id)
            .limit(AT_ONCE)
        ).all()
    return [(row.id, row.submission_id) for row in rows if row.submission_id not in blocked]


def _failed(row_id: int, error: str, settings: IngestSettings, now: datetime) -> None:
    with transaction() as session:
        row = session.get_one(Outbox, row_id)
        wait = min(settings.retry_seconds * 2 ** min(row.attempts, 20), settings.retry_limit_seconds)
        row.attempts += 1
        row.last_error = error[:1000]
        row.not_before = now + timedelta(seconds=wait)


def _message(row: Outbox, submission: Submission, settings: IngestSettings, now: datetime) -> bytes:
    return write_status(
        reporter=Reporter(settings.axis_organ, REPORTER_NAME),
        about=_about(submission),
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
    if said := _DOCUMENT_ID.fullmatch(submission.message_id):
        return Reference(said["agency"], said["code"], said["date"].replace("-", "/"), submission.message_id)
    day = submission.received_at.astimezone(ZONE).strftime("%Y/%m/%d")
    code = submission.file_code or submission.message_id
    return Reference(submission.agency_code, code, day, submission.message_id)
