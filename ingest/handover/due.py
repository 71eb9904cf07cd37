"""Minutes are owed in the transaction that stores a case file; the worker prints them afterwards."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from archive.queue import send_after_commit
from archive.register.agreements import MinutesDue


def owe(session: Session, submission_id: str, *, now: datetime) -> None:
    """Note, in the transaction that stores a case file, that minutes of it are to be printed."""
    if session.get(MinutesDue, submission_id) is None:
        session.add(MinutesDue(submission_id=submission_id, not_before=now, attempts=0))
        send_after_commit(session, "ingest.tasks.print_minutes")
