"""Reception: bytes are stored and ledgered before anybody looks into them. Nothing is lost from here on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, BinaryIO

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from archive.ledger.append import append
from archive.ledger.event import Verb, stamp
from archive.queue import send_after_commit
from archive.register.models import Agency, Submission, SubmissionKind, SubmissionState, new_id
from archive.register.projection import apply
from archive.register.session import transaction
from ingest import outbox, quarantine, reasons
from ingest.clock.calendar import hours_of
from ingest.clock.deadlines import arrival
from ingest.errors import BadMessageError
from ingest.finding import Finding
from ingest.profiles.load import profile_for
from ingest.settings import IngestSettings

BASIS = "NĐ 01/2013/NĐ-CP Điều 7.3"
READING = timedelta(minutes=2)
NOTHING = hashlib.sha256(b"").hexdigest()
LONGEST_AGENCY, LONGEST_MESSAGE_ID = 35, 200  # columns of the register


@dataclass(frozen=True)
class Received:
    """What became of an arrival.

    Attributes:
        repeat: the same bytes under the same message id had arrived before; nothing was changed.
    """

    submission_id: str
    repeat: bool


def receive(
    source: BinaryIO,
    *,
    agency_code: str,
    message_id: str,
    kind: SubmissionKind,
    file_name: str,
    actor: str,
    now: datetime,
    mends: str = "",
    inbox: str = "",
    title: str = "",
) -> Received:
    """Take in one delivery: store its bytes, ledger them, owe receipt 01, and start the pipeline.

    Idempotent by (agency, message id, SHA-256): a repeat is told apart and changes nothing.

    Args:
        source: the bytes as they came.
        agency_code: sender, as the transport says; need not be known.
        message_id: the transport's identifier.
        kind: of `SubmissionKind`; any but "assembly".
        file_name: as sent, for people only; kept beside the bytes and recorded once no sign of secrecy was found.
        actor: who brought it, `system:gateway` or an account.
        now: aware time of arrival.
        mends: the returned submission it mends, for kind "mend".
        inbox: name of the way in that brought it, which its statuses go back through; "" when none did.
        title: what `actor` called it in our own form; kept beside the bytes and shown to this account alone.

    Raises:
        BadMessageError: larger than allowed; see `turn_away`.
        CalendarError: the operator's office calendar is wrong; nothing was taken in.
        TemporaryError: the quarantine cannot be written.
    """
    submission_id = new_id()
    limit = IngestSettings.load().max_message_bytes
    kept = quarantine.keep(
        submission_id, source, limit=limit, name=_fit(file_name, 255), title=title, holder=actor
    )
    received = _recorded(
        submission_id,
        agency_code=agency_code,
        message_id=message_id,
        kind=kind,
        sha256=kept.sha256,
        size=kept.size,
        actor=actor,
        now=now,
        inbox=inbox,
        why=None,
        mends=mends,
    )
    if received.repeat:
        quarantine.drop(submission_id)
    return received


def turn_away(
    why: BadMessageError,
    *,
    agency_code: str,
    message_id: str,
    kind: SubmissionKind,
    actor: str,
    now: datetime,
    inbox: str = "",
) -> Received:
    """Ledger a message that could not be taken in, as returned with its finding, and owe its sender status 02.

    No byte of it was kept: it is known by its message id, with size 0 and the hash of nothing. Idempotent.
    """
    return _recorded(
        new_id(),
        agency_code=agency_code,
        message_id=message_id,
        kind=kind,
        sha256=NOTHING,
        size=0,
        actor=actor,
        now=now,
        inbox=inbox,
        why=finding_of(why),
    )


def finding_of(why: BadMessageError) -> Finding:
    """Return as a finding why a message could not be taken in."""
    return Finding(why.code, "thông điệp", {"reason": why.reason})


def _recorded(
    submission_id: str,
    *,
    agency_code: str,
    message_id: str,
    kind: SubmissionKind,
    sha256: str,
    size: int,
    actor: str,
    now: datetime,
    inbox: str,
    why: Finding | None,
    mends: str = "",
) -> Received:
    agency_code, message_id = _fit(agency_code, LONGEST_AGENCY), _fit(message_id, LONGEST_MESSAGE_ID)
    payload: dict[str, Any] = {
        "agency_code": agency_code,
        "message_id": message_id,
        "sha256": sha256,
        "size": size,
        "kind": SubmissionKind(kind).value,
        "state": SubmissionState.RECEIVED.value,
    }
    payload |= ({"mends": mends} if mends else {}) | ({"inbox": inbox} if inbox else {})
    about: dict[str, Any] = {"actor": actor, "kind": "submission", "id": submission_id, "now": now}
    try:
        with transaction() as session:
            if earlier := _earlier(session, agency_code, message_id, sha256):
                return Received(earlier, repeat=True)
            payload |= _office_time(session, agency_code, now)
            event = append(session, Verb.INGEST, payload=payload, after=sha256, basis=BASIS, **about)
            apply(session, event)
            submission = session.get_one(Submission, submission_id)
            if why is None:
                # A message is read at once; then 01 names the document as its sender does.
                held_until = now + READING if kind == SubmissionKind.EDXML else None
                outbox.owe(session, submission, "01", "", now=now, not_before=held_until)
                send_after_commit(session, "ingest.tasks.advance", submission_id)
            else:
                submission.findings.append(reasons.row_of(why))
                returned = {"state": SubmissionState.RETURNED.value, "codes": [why.code]}
                apply(session, append(session, Verb.RETURN, payload=returned, basis=BASIS, **about))
                outbox.owe(session, submission, "02", reasons.told(submission.findings), now=now)
    except IntegrityError:  # the same delivery came in by two doors at once: the other one won
        with transaction() as session:
            earlier = _earlier(session, agency_code, message_id, sha256)
        if earlier is None:
            raise
        return Received(earlier, repeat=True)
    return Received(submission_id, repeat=False)


def _office_time(session: Session, agency_code: str, now: datetime) -> dict[str, str]:
    """Return when the arrival counts as received and is due, as the ledger keeps it.

    The regulation in force on the day of arrival decides: what the case file is about is not known yet. An agency
    that is not in the register has the base rules, under which an arrival counts as it is.
    """
    agency = session.get(Agency, agency_code)
    level1, chosen = (agency.level1, agency.profile) if agency else ("", "")
    hours = hours_of(agency_code, level1)
    profile = profile_for(agency_code, level1, hours.local(now).date(), chosen=chosen)
    when = arrival(profile.clock, hours, now)
    due = {"due_at": stamp(when.due_at)} if when.due_at else {}
    return {"legal_at": stamp(when.legal_at), **due}


def _earlier(session: Session, agency_code: str, message_id: str, sha256: str) -> str | None:
    return session.scalar(
        select(Submission.id).where(
            Submission.agency_code == agency_code,
            Submission.message_id == message_id,
            Submission.sha256 == sha256,
        )
    )


def _fit(said: str, longest: int) -> str:
    """Return what a stranger said so that a column can hold it; what is cut is told apart by a piece of its hash."""
    clean = "".join(letter if letter.isprintable() else "?" for letter in said)
    if clean == said and len(said) <= longest:
        return said
    mark = hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"{clean[: longest - len(mark) - 1]}~{mark}"
