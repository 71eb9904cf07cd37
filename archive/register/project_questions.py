"""Ledger events about questions, as register rows.

QUESTION, object (submission, id): payload {"question_id", "agency_code"}; ANSWER the same. Who and when are the
event's; what was said is in no event, its SHA-256 is `after`.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from archive.ledger.event import Event
from archive.register.questions import Question


def asked(session: Session, event: Event) -> None:
    """QUESTION: an archivist asks an office about its delivery."""
    session.add(
        Question(
            id=event.payload["question_id"],
            submission_id=event.object_id,
            agency_code=event.payload["agency_code"],
            asked_by=event.actor,
            asked_at=event.at,
        )
    )
    session.flush()


def answered(session: Session, event: Event) -> None:
    """ANSWER: its office answers, or an archivist writes down what it said."""
    row = session.get(Question, event.payload["question_id"])
    if row is not None:
        row.answered_by, row.answered_role, row.answered_at = event.actor, event.role, event.at
        session.flush()
