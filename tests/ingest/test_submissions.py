"""Who may see, accept and return deliveries, and what is owed to the office afterwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.errors import NotAllowedError, NotFoundError
from archive.ledger.append import append, history
from archive.ledger.event import Verb
from archive.reason import told
from archive.register.agencies import set_agency
from archive.register.models import Outbox, Submission, SubmissionState
from archive.register.session import reading, transaction
from archive.viewer import ALL_AGENCIES, Role, Viewer
from ingest import pipeline, submissions
from ingest.errors import IngestError

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
OURS, THEIRS = "000.00.01.H37", "000.00.01.H01"
ARCHIVIST = Viewer("lan", {OURS: frozenset({Role.ARCHIVIST})})
OFFICIAL = Viewer("nam", {OURS: frozenset({Role.OFFICIAL})})
HEAD = Viewer("hoa", {ALL_AGENCIES: frozenset({Role.HEAD})})
AUDITOR = Viewer("kiem", {ALL_AGENCIES: frozenset({Role.AUDITOR})})


@pytest.fixture
def queue(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive with two agencies whose queue is in memory."""
    monkeypatch.setenv("TANGTHU_ARCHIVE__BROKER_URL", "memory://")
    with transaction() as session:
        for code in (OURS, THEIRS):
            set_agency(session, code=code, name=code, actor="system:test", now=NOW)


def a_submission(state: SubmissionState, agency: str = OURS, hour: int = 0, title: str = "") -> str:
    with transaction() as session:
        row = Submission(
            agency_code=agency,
            message_id=f"{agency}-{state}-{hour}",
            sha256="0" * 64,
            size=1,
            kind="sip",
            state=state,
            title=title,
            received_at=NOW + timedelta(hours=hour),
        )
        session.add(row)
        session.flush()
        return row.id


def test_an_archivist_accepts_what_waits_and_receipt_03_is_owed(queue: None) -> None:
    one = a_submission(SubmissionState.TO_DECIDE)
    with transaction() as session:
        submissions.accept(session, one, viewer=ARCHIVIST, now=NOW)
    with reading() as session:
        row = session.get_one(Submission, one)
        assert (row.state, row.decided_by) == ("accepted", "lan")
        assert [step.step for step in row.steps] == ["decide"]
        assert session.scalars(select(Outbox.status)).all() == ["03"]
        assert history(session, one)[0].verb is Verb.DECISION


def test_an_archivist_returns_with_a_reason_and_receipt_02_carries_it(queue: None) -> None:
    one = a_submission(SubmissionState.TO_DECIDE)
    with transaction() as session:
        submissions.send_back(session, one, viewer=ARCHIVIST, reason=" thiếu văn bản đến ", now=NOW)
    with reading() as session:
        assert session.get_one(Submission, one).state == "returned"
        owed = session.scalars(select(Outbox)).one()
        assert (owed.status, owed.reason) == ("02", "thiếu văn bản đến")


def test_a_return_without_a_reason_is_refused(queue: None) -> None:
    one = a_submission(SubmissionState.TO_DECIDE)
    with transaction() as session, pytest.raises(IngestError, match="reason"):
        submissions.send_back(session, one, viewer=ARCHIVIST, reason="  ", now=NOW)


@pytest.mark.parametrize("viewer", [OFFICIAL, HEAD], ids=["an official", "a head"])
def test_who_is_no_archivist_there_may_not_accept(queue: None, viewer: Viewer) -> None:
    one = a_submission(SubmissionState.TO_DECIDE)
    with transaction() as session, pytest.raises(NotAllowedError, match="not archivist"):
        submissions.accept(session, one, viewer=viewer, now=NOW)


def test_an_archivist_of_another_agency_does_not_even_find_it(queue: None) -> None:
    one = a_submission(SubmissionState.TO_DECIDE, agency=THEIRS)
    with transaction() as session, pytest.raises(NotFoundError):
        submissions.accept(session, one, viewer=ARCHIVIST, now=NOW)


def test_an_auditor_may_not_see_deliveries(queue: None) -> None:
    a_submission(SubmissionState.TO_DECIDE)
    with reading() as session:
        assert submissions.listing(session, viewer=AUDITOR).items == []


def sent(submission_id: str, by: str) -> None:
    with transaction() as session:
        append(session, Verb.INGEST, actor=by, kind="submission", id=submission_id, payload={}, now=NOW)


def test_nobody_accepts_what_they_sent_and_another_archivist_does(queue: None) -> None:
    one = a_submission(SubmissionState.TO_DECIDE)
    sent(one, by=ARCHIVIST.name)
    with transaction() as session, pytest.raises(NotAllowedError) as refused:
        submissions.accept(session, one, viewer=ARCHIVIST, now=NOW)
    assert refused.value.reason.code == "ingest.own-submission"
    assert "người khác" in told(refused.value.reason, "vi")
    other = Viewer("mai", {OURS: frozenset({Role.ARCHIVIST})})
    with transaction() as session:
        assert submissions.accept(session, one, viewer=other, now=NOW).state == "accepted"


def test_who_sent_the_first_delivery_does_not_accept_the_mended_one(queue: None) -> None:
    first = a_submission(SubmissionState.RETURNED)
    mended = a_submission(SubmissionState.TO_DECIDE, hour=1)
    sent(first, by=ARCHIVIST.name)
    sent(mended, by="giang")
    with transaction() as session:
        session.get_one(Submission, mended).mends = first
    with transaction() as session, pytest.raises(NotAllowedError):
        submissions.accept(session, mended, viewer=ARCHIVIST, now=NOW)


def test_who_sent_it_may_still_send_it_back(queue: None) -> None:
    one = a_submission(SubmissionState.TO_DECIDE)
    sent(one, by=ARCHIVIST.name)
    with transaction() as session:
        submissions.send_back(session, one, viewer=ARCHIVIST, reason="nộp nhầm", now=NOW)
    with reading() as session:
        assert session.get_one(Submission, one).state == "returned"


@pytest.mark.parametrize(
    "state", [SubmissionState.CHECKING, SubmissionState.STORED, SubmissionState.RETURNED]
)
def test_what_does_not_wait_cannot_be_decided(queue: None, state: SubmissionState) -> None:
    one = a_submission(state)
    with transaction() as session, pytest.raises(IngestError, match=state):
        submissions.accept(session, one, viewer=ARCHIVIST, now=NOW)


def test_accepting_twice_is_refused_and_owes_one_receipt(queue: None) -> None:
    one = a_submission(SubmissionState.TO_DECIDE)
    with transaction() as session:
        submissions.accept(session, one, viewer=ARCHIVIST, now=NOW)
    with transaction() as session, pytest.raises(IngestError):
        submissions.accept(session, one, viewer=ARCHIVIST, now=NOW)
    with reading() as session:
        assert session.scalars(select(Outbox.status)).all() == ["03"]


def test_a_page_counts_all_states_and_sorts(queue: None) -> None:
    a_submission(SubmissionState.STORED, hour=1, title="B")
    a_submission(SubmissionState.STORED, hour=2, title="A")
    a_submission(SubmissionState.RETURNED, hour=3, title="C")
    a_submission(SubmissionState.STORED, agency=THEIRS, hour=4, title="D")
    with reading() as session:
        mine = submissions.listing(session, viewer=ARCHIVIST, state="stored", size=1)
        assert (mine.total, mine.counts) == (2, {"stored": 2, "returned": 1})
        assert [row.title for row in mine.items] == ["A"]
        by_title = submissions.listing(session, viewer=HEAD, sort="title")
        assert [row.title for row in by_title.items] == ["A", "B", "C", "D"]


def test_a_queue_that_is_down_does_not_undo_a_decision(queue: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANGTHU_ARCHIVE__BROKER_URL", "redis+socket:///nowhere/valkey.sock")
    one = a_submission(SubmissionState.TO_DECIDE)
    with transaction() as session:
        submissions.accept(session, one, viewer=ARCHIVIST, now=NOW)
    with transaction() as session:
        assert session.get_one(Submission, one).state == "accepted"
        assert pipeline.unfinished(session, now=NOW + timedelta(minutes=1)) == [one]
