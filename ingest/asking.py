"""An archivist asks an office about a delivery without deciding on it; the office answers on its page or by REST.

The question goes to the office as status 05 (đang xử lý) with the question as Description: the one code that says the
document was neither taken nor sent back (07 to 12 and 14 stand in no message and no program that we have seen). That
05 carries a question is our own use of it. The time the province's regulation sets goes on: no text read here stops it.

What is said stays in the register until the case file is destroyed; the ledger has who, when and a hash.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy.orm import Session

from archive.errors import NotAllowedError, NotFoundError
from archive.ledger.append import append, be_only_writer
from archive.ledger.event import Verb
from archive.reason import because
from archive.register.models import Submission, SubmissionState, new_id
from archive.register.projection import apply
from archive.register.questions import Question, QuestionWords
from archive.viewer import Role, Viewer
from ingest import outbox, submissions
from ingest.errors import IngestError
from ingest.gateway.edxml_status import MAX_DESCRIPTION, WORKED_ON

BASIS = "Quy ước của hệ thống (không văn bản nào quy định việc hỏi lại trước khi quyết định)"
OPENING = "Lưu trữ hỏi, chưa quyết định: "
ENDING = " (Trả lời tại trang tiếp nhận; hạn xử lý vẫn tính.)"
LONGEST_QUESTION = MAX_DESCRIPTION - len(OPENING) - len(ENDING)
"""Characters: all of it has to fit in one status message."""
LONGEST_ANSWER = 4000
ANSWERS = (Role.OFFICIAL, Role.CLERK, Role.ARCHIVIST)
"""An archivist writes down what the office said by letter or telephone; the event says in which role."""


def ask(session: Session, submission_id: str, *, viewer: Viewer, text: str, now: datetime) -> Question:
    """Ask the office about a delivery that waits for this archivist's decision; status 05 is owed.

    Raises:
        NotFoundError: no such delivery that the viewer may see.
        NotAllowedError: the viewer is no archivist of that agency.
        IngestError: it does not wait for a decision, or the question is empty or too long.
    """
    words = _words(text, LONGEST_QUESTION)
    submission = submissions.to_decide(session, submission_id, viewer)
    question_id = new_id()
    event = append(
        session,
        Verb.QUESTION,
        actor=viewer.name,
        role=Role.ARCHIVIST,
        kind="submission",
        id=submission.id,
        payload={"question_id": question_id, "agency_code": submission.agency_code},
        after=_hash(words),
        basis=BASIS,
        now=now,
    )
    apply(session, event)
    session.add(
        QuestionWords(question_id=question_id, submission_id=submission.id, question=words, answer="")
    )
    outbox.owe(session, submission, WORKED_ON, f"{OPENING}{words}{ENDING}", now=now)
    return session.get_one(Question, question_id)


def answer(session: Session, question_id: str, *, viewer: Viewer, text: str, now: datetime) -> Question:
    """Answer a question once, while the delivery waits for its decision.

    Raises:
        NotFoundError: no such question on a delivery that the viewer may see.
        NotAllowedError: the viewer neither works for that agency nor is its archivist.
        IngestError: it is answered, the delivery is decided, or the answer is empty or too long.
    """
    words = _words(text, LONGEST_ANSWER)
    be_only_writer(session)
    row = session.get(Question, question_id)
    if row is None:
        raise NotFoundError(because("ingest.no-question", question=question_id))
    submission = submissions.one(session, row.submission_id, viewer=viewer)
    role = next((role for role in ANSWERS if viewer.has(role, row.agency_code)), None)
    if role is None:
        raise NotAllowedError(because("ingest.answers-nothing", who=viewer.name, agency=row.agency_code))
    if row.answered_at is not None:
        raise IngestError(because("ingest.answered-already"))
    if submission.state != SubmissionState.TO_DECIDE:
        raise IngestError(because("ingest.nothing-to-decide", state=submission.state))
    event = append(
        session,
        Verb.ANSWER,
        actor=viewer.name,
        role=role,
        kind="submission",
        id=submission.id,
        payload={"question_id": question_id, "agency_code": row.agency_code},
        after=_hash(words),
        basis=BASIS,
        now=now,
    )
    apply(session, event)
    session.get_one(QuestionWords, question_id).answer = words
    return row


def may_answer(submission: Submission, viewer: Viewer) -> bool:
    """Say whether this person may answer questions on it; `answer` asks again."""
    return submission.state == SubmissionState.TO_DECIDE and any(
        viewer.has(role, submission.agency_code) for role in ANSWERS
    )


def _words(text: str, longest: int) -> str:
    words = " ".join(text.split()) if longest == LONGEST_QUESTION else text.strip()
    if not words:
        raise IngestError(because("ingest.no-words"))
    if len(words) > longest:
        raise IngestError(because("ingest.too-many-words", characters=len(words), most=longest))
    return words


def _hash(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()
