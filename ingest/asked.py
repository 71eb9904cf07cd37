"""What an archivist asked an office about a delivery, and what it answered: to be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.ledger.event import stamp
from archive.register.questions import Question, QuestionWords


@dataclass(frozen=True)
class Asked:
    """A question with what was said; both texts are empty when they are not here any more."""

    question: Question
    text: str
    answer: str

    @property
    def open(self) -> bool:
        """Say whether it waits for an answer."""
        return self.question.answered_at is None


def of_submission(session: Session, submission_id: str) -> Sequence[Asked]:
    """Return what was asked about a delivery, oldest first; the caller may see the delivery."""
    rows = session.execute(
        select(Question, QuestionWords)
        .outerjoin(QuestionWords, QuestionWords.question_id == Question.id)
        .where(Question.submission_id == submission_id)
        .order_by(Question.asked_at, Question.id)
    )
    return [Asked(row, said.question if said else "", said.answer if said else "") for row, said in rows]


def unanswered(session: Session, ids: Sequence[str]) -> frozenset[str]:
    """Return which of these deliveries have a question without an answer."""
    query = select(Question.submission_id).where(
        Question.submission_id.in_(ids), Question.answered_at.is_(None)
    )
    return frozenset(session.scalars(query))


def as_json(asked: Sequence[Asked]) -> dict[str, Any]:
    """Return questions and answers as JSON values, as they are kept in the package."""
    return {
        "questions": [
            {
                "id": one.question.id,
                "asked_by": one.question.asked_by,
                "asked_at": stamp(one.question.asked_at),
                "question": one.text,
                "answered_by": one.question.answered_by,
                "answered_role": one.question.answered_role,
                "answered_at": stamp(one.question.answered_at) if one.question.answered_at else None,
                "answer": one.answer,
            }
            for one in asked
        ]
    }
