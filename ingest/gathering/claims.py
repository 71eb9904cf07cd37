"""Who gathers what: a case file under way has the documents that came alone for it, until it goes back or is stored.

A claim is a column of the machine (`Submission.gathered_into`). It counts as long as that case file's submission is
open or stored; when it is returned or refused its documents wait again, without anybody having to say so.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.errors import TemporaryError
from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.reason import because
from archive.register.models import STATES_OPEN, Submission, SubmissionState
from archive.register.projection import apply
from ingest import outbox
from ingest.gateway.edxml_status import ACCEPTED, DONE
from ingest.handover.release import Release

ACTOR = "system:ingest"
STATES_CLAIMING = STATES_OPEN | {SubmissionState.TO_DECIDE, SubmissionState.STORED}


class ClaimLostError(TemporaryError):
    """A document that was to be gathered is not there any more; the step looks again."""


def gathered(session: Session, case_id: str) -> Sequence[Submission]:
    """Return the messages that belong to a case file's submission, oldest first."""
    return session.scalars(
        select(Submission)
        .where(Submission.gathered_into == case_id, Submission.state == SubmissionState.GATHERING)
        .order_by(Submission.received_at, Submission.id)
    ).all()


def claim(session: Session, case_id: str, message_ids: Collection[str]) -> None:
    """Give these waiting messages, and no others, to the case file.

    The caller is the only writer (`archive.ledger.append.be_only_writer`).

    Raises:
        ClaimLostError: one of them does not wait any more, or another case file has it.
    """
    for row in gathered(session, case_id):
        if row.id not in message_ids:
            row.gathered_into = None
    for message_id in sorted(message_ids):
        wanted = session.get(Submission, message_id, populate_existing=True)
        waits = wanted is not None and wanted.state == SubmissionState.GATHERING
        if wanted is None or not waits or taken(session, wanted, by_other_than=case_id):
            raise ClaimLostError(because("ingest.waits-no-more", document=message_id))
        wanted.gathered_into = case_id
    session.flush()


def taken(session: Session, row: Submission, *, by_other_than: str = "") -> bool:
    """Say whether a case file under way, or stored, has this message."""
    if not row.gathered_into or row.gathered_into == by_other_than:
        return False
    holder = session.get(Submission, row.gathered_into, populate_existing=True)
    return holder is not None and holder.state in STATES_CLAIMING


def accepted(session: Session, case_id: str, *, now: datetime) -> None:
    """Owe 03 to the sender of every gathered document: its case file was accepted."""
    for row in gathered(session, case_id):
        outbox.owe(session, row, ACCEPTED, "", now=now)


def stored(
    session: Session, case_id: str, case_file_id: str, *, release: Release, now: datetime
) -> tuple[str, ...]:
    """Ledger that the gathered documents are stored with their case file, owe 06 for each, and return their ids.

    Args:
        release: what their senders may do with their own copies; 06 says so.
    """
    rows = gathered(session, case_id)
    for row in rows:
        event = append(
            session,
            Verb.RECEIPT,
            actor=ACTOR,
            kind="submission",
            id=row.id,
            payload={
                "state": SubmissionState.STORED.value,
                "case_file_id": case_file_id,
                "source": release.source.value,
                "source_basis": release.basis,
            },
            now=now,
        )
        apply(session, event)
        outbox.owe(session, row, DONE, release.told, now=now)
    return tuple(row.id for row in rows)
