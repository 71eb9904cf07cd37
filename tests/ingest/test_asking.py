"""An archivist asks an office about a delivery without deciding; the office answers, and the ledger knows both."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.errors import NotAllowedError, NotFoundError
from archive.ledger.append import history
from archive.ledger.event import Verb
from archive.rebuild import rebuild
from archive.register.agencies import set_agency
from archive.register.base import Base
from archive.register.migrate import upgrade
from archive.register.models import Outbox, Submission, SubmissionState
from archive.register.questions import Question, QuestionWords
from archive.register.session import engine, reading, transaction
from archive.viewer import Role, Viewer
from ingest import asking, outbox, submissions
from ingest.asked import as_json, of_submission, unanswered
from ingest.errors import IngestError
from ingest.reception import receive

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
OURS, THEIRS = "000.00.01.H37", "000.00.01.H01"
ARCHIVIST = Viewer("lan", {OURS: frozenset({Role.ARCHIVIST})})
OFFICIAL = Viewer("nam", {OURS: frozenset({Role.OFFICIAL})})
HEAD = Viewer("hoa", {OURS: frozenset({Role.HEAD})})
STRANGER = Viewer("xa", {THEIRS: frozenset({Role.OFFICIAL, Role.ARCHIVIST})})
TEXT = "Phụ lục 2 nêu trong tờ trình có kèm không?"


@pytest.fixture
def waiting(house: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A delivery that waits for a decision; its ledger event is a real one."""
    monkeypatch.setenv("TANGTHU_ARCHIVE__BROKER_URL", "memory://")
    Base.metadata.drop_all(engine())
    upgrade(engine())  # as in a house of people: a rebuild upgrades the register
    raw = house / "raw.zip"
    raw.write_bytes(b"PK")
    with transaction() as session:
        set_agency(session, code=OURS, name="UBND tỉnh", actor="system:test", now=NOW)
    with raw.open("rb") as source:
        received = receive(
            source, agency_code=OURS, message_id="m", kind="sip", file_name="", actor="system:test", now=NOW
        )
    with transaction() as session:
        session.get_one(Submission, received.submission_id).state = SubmissionState.TO_DECIDE
    return received.submission_id


def asked(one: str, text: str = TEXT) -> str:
    with transaction() as session:
        return asking.ask(session, one, viewer=ARCHIVIST, text=text, now=NOW).id


def answered(question: str, text: str = "Có, ở tệp 3.", viewer: Viewer = OFFICIAL) -> None:
    with transaction() as session:
        asking.answer(session, question, viewer=viewer, text=text, now=NOW)


def statuses() -> list[tuple[str, str]]:
    with reading() as session:
        rows = session.execute(select(Outbox.status, Outbox.reason).order_by(Outbox.id))
        return [(row.status, row.reason) for row in rows if row.status == "05"]


def test_the_question_goes_out_as_status_05_and_the_delivery_stays_undecided(waiting: str) -> None:
    asked(waiting)
    (told,) = statuses()
    assert told[1].startswith("Lưu trữ hỏi, chưa quyết định: Phụ lục 2")
    assert len(told[1]) <= 500
    with reading() as session:
        assert session.get_one(Submission, waiting).state == "to-decide"
        assert unanswered(session, [waiting]) == {waiting}
        page = submissions.listing(session, viewer=OFFICIAL, asked_only=True)
    assert ([row.id for row in page.items], page.asked) == ([waiting], 1)


def test_the_longest_question_fits_in_one_status_and_a_longer_one_is_not_cut(waiting: str) -> None:
    asked(waiting, "x" * asking.LONGEST_QUESTION)
    assert len(statuses()[0][1]) == 500
    with pytest.raises(IngestError, match="characters"):
        asked(waiting, "x" * (asking.LONGEST_QUESTION + 1))


def test_each_question_is_sent_and_told_apart_on_the_way(waiting: str) -> None:
    asked(waiting)
    asked(waiting, "Ai ký văn bản 4?")
    assert len(statuses()) == 2
    with reading() as session:
        rows = session.scalars(select(Outbox).where(Outbox.status == "05")).all()
        assert len({outbox._told_apart(row) for row in rows}) == 2


def test_the_answer_closes_the_question_once(waiting: str) -> None:
    question = asked(waiting)
    answered(question)
    with reading() as session:
        (one,) = of_submission(session, waiting)
        assert (one.text, one.answer, one.open) == (TEXT, "Có, ở tệp 3.", False)
        assert (one.question.answered_by, one.question.answered_role) == ("nam", "official")
        assert submissions.listing(session, viewer=OFFICIAL, asked_only=True).items == []
        assert as_json([one])["questions"][0]["answer"] == "Có, ở tệp 3."
    with pytest.raises(IngestError, match="answered already"):
        answered(question, "khác")


def test_an_archivist_writes_down_an_answer_that_came_by_letter_and_the_role_tells(waiting: str) -> None:
    answered(asked(waiting), "Công văn 12/VP ngày 05/01/2026: có.", ARCHIVIST)
    with reading() as session:
        assert session.scalars(select(Question.answered_role)).one() == "archivist"


@pytest.mark.parametrize(
    ("viewer", "error"), [(OFFICIAL, NotAllowedError), (HEAD, NotAllowedError), (STRANGER, NotFoundError)]
)
def test_nobody_but_its_archivist_asks(waiting: str, viewer: Viewer, error: type[Exception]) -> None:
    with transaction() as session, pytest.raises(error):
        asking.ask(session, waiting, viewer=viewer, text=TEXT, now=NOW)
    assert statuses() == []


@pytest.mark.parametrize(("viewer", "error"), [(HEAD, NotAllowedError), (STRANGER, NotFoundError)])
def test_who_has_no_business_there_answers_nothing(
    waiting: str, viewer: Viewer, error: type[Exception]
) -> None:
    question = asked(waiting)
    with pytest.raises(error):
        answered(question, viewer=viewer)


def test_nothing_is_asked_or_answered_with_no_words_or_after_the_decision(waiting: str) -> None:
    question = asked(waiting)
    for text in ("", " \n "):
        with pytest.raises(IngestError, match="nothing was written"):
            answered(question, text)
    with transaction() as session:
        submissions.send_back(session, waiting, viewer=ARCHIVIST, reason="sai", now=NOW)
    with pytest.raises(IngestError):
        answered(question)
    with pytest.raises(IngestError):
        asked(waiting)


def test_the_ledger_has_who_when_and_a_hash_and_no_word(waiting: str) -> None:
    answered(asked(waiting))
    with reading() as session:
        answer, question = history(session, waiting)[:2]
    assert (question.verb, question.actor, question.role) == (Verb.QUESTION, "lan", "archivist")
    assert (answer.verb, answer.actor, answer.role) == (Verb.ANSWER, "nam", "official")
    assert question.after_sha256 == hashlib.sha256(TEXT.encode()).hexdigest()
    for event in (question, answer):
        assert "Phụ lục" not in json.dumps(dict(event.payload), ensure_ascii=False)
        assert "tệp 3" not in json.dumps(dict(event.payload), ensure_ascii=False)


def test_a_rebuild_gives_the_question_back_and_keeps_the_words(waiting: str) -> None:
    answered(asked(waiting))
    report = rebuild(now=NOW)
    assert report.verdict == "equal"
    with reading() as session:
        (one,) = of_submission(session, waiting)
        assert (one.text, one.question.answered_by) == (TEXT, "nam")
    with transaction() as session:  # lost with the register, the words are gone and the page can say so
        session.delete(session.scalars(select(QuestionWords)).one())
    with reading() as session:
        (one,) = of_submission(session, waiting)
        assert (one.text, one.answer, one.open) == ("", "", False)
