"""An archivist sends single documents back: only these have to be sent again, and the office reads why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.errors import NotAllowedError
from archive.ledger.append import history
from archive.ledger.event import Verb
from archive.reason import because
from archive.register.agencies import set_agency
from archive.register.models import Outbox, Submission, SubmissionState
from archive.register.session import reading, transaction
from archive.viewer import Role, Viewer
from ingest import quarantine, resending, returning, submissions
from ingest.delivery import DeliveredDocument, DeliveredFile, Delivery
from ingest.errors import IngestError
from ingest.finding import Finding
from ingest.reasons import row_of
from ingest.steps.step import Work

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
OURS = "000.00.01.H37"
ARCHIVIST = Viewer("lan", {OURS: frozenset({Role.ARCHIVIST})})
OFFICIAL = Viewer("nam", {OURS: frozenset({Role.OFFICIAL})})
WARNED = Finding("V04_TOTAL", "document 3 / PageAmount", {"declared": "3", "counted": "4"}, 3)


@pytest.fixture
def waiting(house: Path) -> str:
    """A delivery of four documents that waits for a decision, with a remark on the third."""
    with transaction() as session:
        set_agency(session, code=OURS, name="UBND tỉnh", actor="system:test", now=NOW)
        row = Submission(
            agency_code=OURS,
            message_id="m",
            sha256="0" * 64,
            size=1,
            kind="sip",
            state=SubmissionState.TO_DECIDE,
            title="Hồ sơ",
            file_code="H.2020.01",
            received_at=NOW,
        )
        row.findings.append(row_of(WARNED))
        session.add(row)
        session.flush()
        one = row.id
    documents = tuple(
        DeliveredDocument(
            f"EAD_doc_{n}.xml",
            {"Subject": f"văn bản {n}", "IssuedDate": f"0{n}/02/2020"},
            (DeliveredFile(f"{n}.pdf", Path(f"{n}"), 1, str(n) * 64),),
        )
        for n in range(1, 5)
    )
    delivery = Delivery("TT02", "uuid-1", "NEW", "", OURS, {"FileCode": "H.2020.01"}, documents)
    Work(one, OURS, "sip", "", NOW, quarantine.raw(one), quarantine.work(one), {}).save(
        "delivery", delivery, Delivery
    )
    return one


def returned(one: str, documents: Mapping[int, str] | None, reason: str = "") -> None:
    with transaction() as session:
        submissions.send_back(session, one, viewer=ARCHIVIST, reason=reason, documents=documents, now=NOW)


def test_only_the_marked_documents_are_to_be_mended_each_with_all_its_fields(waiting: str) -> None:
    returned(waiting, {2: "thiếu trang 3", 4: "chữ ký bị che"})
    with reading() as session:
        sheet = resending.sheet(session, waiting, viewer=OFFICIAL)
    assert [one.ordinal for one in sheet.documents if one.wrong] == [2, 4]
    assert sheet.fields == ()
    assert [(field.name, field.value) for field in sheet.documents[1].fields] == [
        ("Subject", "văn bản 2"),
        ("IssuedDate", "02/02/2020"),
    ]
    assert sheet.documents[2].fields == ()  # the warning there was no reason to send it back


def test_the_description_of_the_case_file_can_be_marked_too(waiting: str) -> None:
    returned(waiting, {0: "sai mã hồ sơ"})
    with reading() as session:
        sheet = resending.sheet(session, waiting, viewer=OFFICIAL)
    assert [field.name for field in sheet.fields] == ["FileCode"]
    assert not any(one.wrong for one in sheet.documents)


def test_the_office_reads_which_documents_and_why_in_receipt_02(waiting: str) -> None:
    returned(waiting, {2: " thiếu trang 3 "}, "Hai việc cần sửa.")
    with reading() as session:
        owed = session.scalars(select(Outbox)).one()
    assert owed.status == "02"
    first, second, third = owed.reason.splitlines()
    assert first == "Hai việc cần sửa."
    assert second.startswith("Trả lại một phần: chỉ gửi lại văn bản số 2;")
    assert third.startswith("[DOCUMENT_RETURNED] văn bản 2: Lưu trữ trả lại: thiếu trang 3")


def test_the_ledger_has_the_documents_and_not_the_words(waiting: str) -> None:
    returned(waiting, {2: "thiếu trang 3"})
    with reading() as session:
        event = history(session, waiting)[0]
        row = session.get_one(Submission, waiting)
        assert (row.state, row.decided_by) == ("returned", "lan")
    assert (event.verb, event.actor, event.role) == (Verb.RETURN, "lan", "archivist")
    assert event.payload["wanted_again"] == row.wanted_again == [2]
    assert event.payload["codes"] == ["DOCUMENT_RETURNED", "V04_TOTAL"]
    assert "thiếu trang" not in str(event.payload)


@pytest.mark.parametrize(
    ("marked", "said"),
    [
        ({5: "x"}, "none is number 5"),
        ({-1: "x"}, "none is number -1"),
        ({2: " "}, "not what is wrong"),
        ({}, "no document is marked"),
    ],
)
def test_a_mark_on_nothing_or_without_a_reason_returns_nothing(
    waiting: str, marked: Mapping[int, str], said: str
) -> None:
    with pytest.raises(IngestError, match=said):
        returned(waiting, marked)
    with reading() as session:
        assert session.get_one(Submission, waiting).state == "to-decide"
        assert session.scalars(select(Outbox)).all() == []


def test_an_official_may_not_send_a_document_back(waiting: str) -> None:
    with transaction() as session, pytest.raises(NotAllowedError):
        submissions.send_back(session, waiting, viewer=OFFICIAL, reason="", documents={1: "x"}, now=NOW)


def test_an_agreement_sends_documents_back_by_the_same_door(waiting: str) -> None:
    faults = returning.faults_of({1: because("ingest.lacks", what="chữ ký")}, documents=4)
    with transaction() as session:
        row = session.get_one(Submission, waiting)
        returning.return_documents(
            session, row, faults, by="system:agreement", role="", basis="thỏa thuận nộp lưu", now=NOW
        )
    with reading() as session:
        assert session.get_one(Submission, waiting).decided_by == "system:agreement"
        assert "chữ ký" in session.scalars(select(Outbox.reason)).one()
        assert resending.sheet(session, waiting, viewer=OFFICIAL).documents[0].wrong


def test_an_error_the_checks_left_to_the_archivist_is_told_and_mended_too(waiting: str) -> None:
    with transaction() as session:
        row = session.get_one(Submission, waiting)
        row.findings.append(
            row_of(Finding("V04", "document 1 / PageAmount", {"declared": "2", "counted": "5"}, 1))
        )
    returned(waiting, {2: "thiếu trang 3"})
    with reading() as session:
        sheet = resending.sheet(session, waiting, viewer=OFFICIAL)
        told = session.scalars(select(Outbox.reason)).one()
        assert session.get_one(Submission, waiting).wanted_again == [1, 2]
    assert [one.ordinal for one in sheet.documents if one.wrong] == [1, 2]
    assert "[V04] văn bản 1 / PageAmount" in told
    assert "V04_TOTAL" not in told  # a remark


def test_without_marks_it_goes_back_as_a_whole(waiting: str) -> None:
    returned(waiting, None, "Gửi nhầm hồ sơ.")
    with reading() as session:
        sheet = resending.sheet(session, waiting, viewer=OFFICIAL)
        assert (
            submissions.reason_for_return(session, session.get_one(Submission, waiting)) == "Gửi nhầm hồ sơ."
        )
    assert [one.ordinal for one in sheet.documents if one.wrong] == [3]
