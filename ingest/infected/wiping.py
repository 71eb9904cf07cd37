"""Bytes of infected deliveries that two people had destroyed, or that lay there long enough: overwritten, and ledgered.

Ledgered after they are gone: an event that says "wiped" is true. A process that dies in between is followed by the next
tidying, which overwrites what is left.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from archive.ledger.append import append, be_only_writer
from archive.ledger.event import Verb
from archive.register.infected import QuarantineRequest, QuarantineState
from archive.register.models import Finding, Submission, SubmissionState
from archive.register.projection import apply
from archive.register.session import reading, transaction
from ingest import quarantine
from ingest.infected.deciding import BASIS
from ingest.infected.holding import CODE, expires, open_request

ACTOR = "system:ingest"
MOST = 500


def wipe_destroyed(submission_id: str, *, now: datetime) -> bool:
    """Overwrite the bytes of a delivery whose destruction was decided; say whether there was something to do."""
    with reading() as session:
        due = _destroyed().where(QuarantineRequest.submission_id == submission_id)
        request = session.scalar(due)
    if request is None:
        return False
    return _wipe(submission_id, request.id, QuarantineState.DESTROYED, now)


def tidy(now: datetime) -> int:
    """Wipe what was to be destroyed and what has expired; return how many deliveries those were."""
    with reading() as session:
        ids = session.scalars(_destroyed().limit(MOST)).all()
    count = sum(wipe_destroyed(one.submission_id, now=now) for one in ids)
    for submission_id, request_id in _expired(now):
        count += _wipe(submission_id, request_id, QuarantineState.EXPIRED, now)
    return count


def _destroyed() -> Select[QuarantineRequest]:
    return select(QuarantineRequest).where(
        QuarantineRequest.state == QuarantineState.DESTROYED, QuarantineRequest.wiped_at.is_(None)
    )


def _expired(now: datetime) -> list[tuple[str, str]]:
    """Return delivery and open request ("" for none) of what lay in quarantine long enough."""
    found = exists().where(Finding.submission_id == Submission.id, Finding.code == CODE)
    with reading() as session:
        rows = session.scalars(
            select(Submission)
            .where(Submission.state == SubmissionState.REFUSED, found)
            .order_by(Submission.id)
        ).all()
        due = []
        for row in rows:
            if not quarantine.is_there(row.id):
                continue
            request = open_request(session, row.id)
            if expires(row.decided_at or row.received_at, request) <= now:
                due.append((row.id, request.id if request else ""))
    return due


def _wipe(submission_id: str, request_id: str, state: QuarantineState, now: datetime) -> bool:
    """Overwrite and ledger, unless somebody released it or asked about it meanwhile.

    Overwriting takes as long as there are bytes, and others want to write the register: under its lock the bytes are
    only put where nobody finds them to release them.
    """
    with transaction() as session:
        be_only_writer(session)  # first of all: an answer may be on its way
        here = quarantine.is_there(submission_id) or state is QuarantineState.DESTROYED
        if not here or not _still(session, submission_id, request_id, state):
            return False
        quarantine.set_aside(submission_id)
    wiped = quarantine.wipe(submission_id)
    with transaction() as session:
        be_only_writer(session)
        if not _still(session, submission_id, request_id, state):
            return False  # another process wiped it meanwhile, and said so
        told: dict[str, Any] = {"state": state.value, "wiped": {"files": wiped.files, "bytes": wiped.size}}
        if request_id:
            told["request_id"] = request_id
        event = append(
            session,
            Verb.DECISION,
            actor=ACTOR,
            kind="submission",
            id=submission_id,
            basis=BASIS,
            payload={"quarantine": told},
            now=now,
        )
        apply(session, event)
        return True


def _still(session: Session, submission_id: str, request_id: str, state: QuarantineState) -> bool:
    """Say whether it is still to be wiped for this reason."""
    if session.get_one(Submission, submission_id).state != SubmissionState.REFUSED:
        return False
    asked = open_request(session, submission_id)
    if state is QuarantineState.EXPIRED:
        return (asked.id if asked else "") == request_id
    return (
        asked is None and session.scalar(_destroyed().where(QuarantineRequest.id == request_id)) is not None
    )
