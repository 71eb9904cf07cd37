"""POST @submissions/{id}/accept, /return, /ask and /answer: what people do with a delivery that was checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from archive.errors import NotFoundError
from archive.reason import because
from ingest import asking, submissions
from ingest.asked import of_submission
from portal.api.service import ArchiveService, ProblemError

Given = Mapping[str, Any]


def accept(service: ArchiveService, session: Session, submission_id: str, given: Given) -> None:
    """Accept it."""
    submissions.accept(session, submission_id, viewer=service.viewer, now=service.now)


def give_back(service: ArchiveService, session: Session, submission_id: str, given: Given) -> None:
    """Return it as a whole with `reason`, or `documents` of it: {"<ordinal>": "<what is wrong with it>"}."""
    submissions.send_back(
        session,
        submission_id,
        viewer=service.viewer,
        reason=_text(given, "reason"),
        documents=_marked(given.get("documents")),
        now=service.now,
    )


def ask(service: ArchiveService, session: Session, submission_id: str, given: Given) -> None:
    """Ask its office a `question`."""
    asking.ask(session, submission_id, viewer=service.viewer, text=_text(given, "question"), now=service.now)


def answer(service: ArchiveService, session: Session, submission_id: str, given: Given) -> None:
    """Answer the question `question_id` of this submission with `answer`."""
    question_id = _text(given, "question_id")
    asked = {one.question.id for one in of_submission(session, submission_id)}
    if question_id not in asked:
        raise NotFoundError(because("ingest.no-question", question=question_id))
    asking.answer(session, question_id, viewer=service.viewer, text=_text(given, "answer"), now=service.now)


ACTS: Mapping[str, Callable[[ArchiveService, Session, str, Given], None]] = {
    "accept": accept,
    "return": give_back,
    "ask": ask,
    "answer": answer,
}
"""Last part of the address -> act."""


def _text(given: Given, name: str) -> str:
    value = given.get(name, "")
    return value if isinstance(value, str) else ""


def _marked(documents: Any) -> Mapping[int, str] | None:
    """Return which documents go back and why; None for the delivery as a whole.

    Raises:
        ProblemError: 400 when it is no object of numbers and texts.
    """
    if documents is None:
        return None
    if not isinstance(documents, dict) or not all(
        number.isascii() and number.isdigit() and len(number) < 6 and isinstance(why, str)
        for number, why in documents.items()
    ):
        raise ProblemError(400, "Bad request", 'documents is {"<ordinal>": "<what is wrong with it>", ...}')
    return {int(number): why for number, why in documents.items()}
