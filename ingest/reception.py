"""Reception: bytes are stored and ledgered before anybody looks into them. Nothing is lost from here on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.queue import send_after_commit
from archive.register.models import Submission, SubmissionState, new_id
from archive.register.projection import apply
from archive.register.session import transaction
from ingest import outbox, quarantine
from ingest.settings import IngestSettings


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
    kind: str,
    file_name: str,
    actor: str,
    now: datetime,
) -> Received:
    """Take in one delivery: store its bytes, ledger them, owe receipt 01, and start the pipeline.

    Idempotent by (agency, message id, SHA-256): a repeat is told apart and changes nothing.

    Args:
        source: the bytes as they came.
        agency_code: sender, as the transport says; need not be known.
        message_id: the transport's identifier.
        kind: "sip" or "edxml".
        file_name: as sent, for people only.
        actor: who brought it, `system:gateway` or an account.
        now: aware time of arrival.

    Raises:
        IngestError: larger than allowed.
        TemporaryError: the quarantine cannot be written.
    """
    submission_id = new_id()
    kept = quarantine.keep(submission_id, source, limit=IngestSettings.load().max_message_bytes)
    try:
        with transaction() as session:
            if earlier := _earlier(session, agency_code, message_id, kept.sha256):
                quarantine.drop(submission_id)
                return Received(earlier, repeat=True)
            event = append(
                session,
                Verb.INGEST,
                actor=actor,
                kind="submission",
                id=submission_id,
                after=kept.sha256,
                basis="NĐ 01/2013/NĐ-CP Điều 7.3",
                now=now,
                payload={
                    "agency_code": agency_code,
                    "message_id": message_id,
                    "sha256": kept.sha256,
                    "size": kept.size,
                    "kind": kind,
                    "file_name": file_name[:255],
                    "state": SubmissionState.RECEIVED.value,
                },
            )
            apply(session, event)
            session.flush()
            outbox.owe(session, session.get_one(Submission, submission_id), "01", "", now=now)
            send_after_commit(session, "ingest.tasks.advance", submission_id)
    except IntegrityError:  # the same delivery came in by two doors at once: the other one won
        quarantine.drop(submission_id)
        with transaction() as session:
            earlier = _earlier(session, agency_code, message_id, kept.sha256)
        if earlier is None:
            raise
        return Received(earlier, repeat=True)
    return Received(submission_id, repeat=False)


def _earlier(session: Session, agency_code: str, message_id: str, sha256: str) -> str | None:
    return session.scalar(
        select(Submission.id).where(
            Submission.agency_code == agency_code,
            Submission.message_id == message_id,
            Submission.sha256 == sha256,
        )
    )
