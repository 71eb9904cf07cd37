"""A document that comes alone waits; what its office asks about it meanwhile is done, unless it is archived."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from gathering_world import (
    LANG_SON,
    NOW,
    OFFICE,
    OFFICE_NAME,
    US,
    World,
    another,
    codes,
    furnish,
    ledger,
    owed,
    paper,
    requests,
    row,
    said,
    state,
)
from sqlalchemy import update

from archive.ledger.append import history
from archive.reason import told_text
from archive.register.models import Outbox, Record, Submission
from archive.register.session import reading, transaction
from ingest import outbox, quarantine, tidying
from ingest.checks.catalogue import explain, rules
from ingest.finding import Finding
from ingest.gateway.edxml import Reference
from ingest.gateway.edxml_status import Reporter, write_status
from ingest.gathering.answers import ANSWERS, Act, Place
from ingest.gathering.lone import FILE_CODES
from ingest.naming import case_file_id_of
from ingest.steps.gather import gather
from tests.samples.edxml import EdxmlDocument, write_document
from tests.samples.rows import stored_case_file


@pytest.fixture
def world(house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    furnish(monkeypatch)
    (tmp_path / "sent").mkdir()
    return World(tmp_path / "sent")


def told(submission_id: str) -> list[tuple[str, str]]:
    """Return status and description of what is owed."""
    with reading() as session:
        rows = session.query(Outbox).filter(Outbox.submission_id == submission_id).order_by(Outbox.id)
        return [(one.status, one.reason) for one in rows]


# --- waiting


def test_a_lone_document_waits_and_what_it_says_is_in_no_event(world: World) -> None:
    letter = world.letter()
    one = world.sent(letter)
    assert (state(one), codes(one), [step.step for step in row(one).steps]) == (
        "gathering",
        [],
        ["unpack", "heed", "scan", "look", "gather"],
    )
    noted = said(one)
    assert noted is not None
    assert (noted.number, noted.notation, noted.issued_on) == ("12", "BC-SNV", date(2024, 5, 3))
    assert (noted.document_id, noted.subject, noted.files, noted.pages) == (
        letter.document_id,
        letter.subject,
        1,
        1,
    )
    assert letter.subject not in ledger()
    assert "BC-SNV" not in ledger()
    assert quarantine.raw(one).exists()


def test_status_01_names_the_document_as_its_sender_does(world: World) -> None:
    letter = world.letter()
    one = world.sent(letter, run=False)
    with reading() as session:
        (waiting,) = session.query(Outbox).all()
        assert waiting.not_before > datetime.now(UTC) + timedelta(seconds=30)
    world.run(one)
    with reading() as session:
        (ready,) = session.query(Outbox).all()
        assert ready.not_before <= datetime.now(UTC)
        about = outbox._about(session.get_one(Submission, one))
    assert about == Reference(OFFICE, "12/BC-SNV", "2024/05/03", letter.document_id)


def test_a_message_that_cannot_be_read_is_answered_all_the_same(world: World) -> None:
    one = world.send(b"<edXML>")
    assert (state(one), codes(one)) == ("returned", ["EDXML_NAMESPACE"])
    with reading() as session:
        assert all(one.not_before <= datetime.now(UTC) for one in session.query(Outbox))
    assert [status for status, _ in owed(one)] == ["01", "02"]


def wrong_letters(world: World) -> dict[str, EdxmlDocument]:
    return {
        "EDXML_NO_FILE": world.letter(attachments=()),
        "EDXML_FUTURE": world.letter(issued=date(2090, 1, 1)),
        "UNOPENABLE": world.letter(attachments=(("a.pdf", paper(world.folder, "a")[:600], False),)),
        "FORMAT": world.letter(attachments=(("a.zip", b"PK\x05\x06" + bytes(18), False),)),
    }


@pytest.mark.parametrize("code", ["EDXML_NO_FILE", "EDXML_FUTURE", "UNOPENABLE", "FORMAT"])
def test_what_could_not_go_into_any_case_file_is_returned_at_once(world: World, code: str) -> None:
    one = world.sent(wrong_letters(world)[code])
    assert state(one) == "returned"
    assert code in codes(one)
    assert [status for status, _ in owed(one)] == ["01", "02"]
    assert said(one) is None


def test_a_letter_of_today_is_of_today_before_seven_in_the_morning_too(world: World) -> None:
    early = datetime(2024, 5, 2, 18, tzinfo=UTC)  # 01:00 of 3 May in Việt Nam
    world.steps = {**world.steps, "gather": lambda work, _now: gather(work, early)}
    one = world.sent(world.letter(issued=date(2024, 5, 3)))
    assert (state(one), codes(one)) == ("gathering", [])


def test_the_rules_about_files_are_in_the_catalogue() -> None:
    assert set(rules()) >= FILE_CODES


def test_a_stamp_of_secrecy_wipes_the_document_and_how_it_was_called(world: World) -> None:
    letter = world.letter(words="TUYỆT MẬT\nKế hoạch bảo vệ")
    one = world.sent(letter)
    assert (state(one), quarantine.folder(one).exists(), said(one)) == ("refused", False, None)
    assert all("about" not in step.result for step in row(one).steps)
    assert letter.document_id not in ledger()


@pytest.mark.parametrize("where", ["reason", "subject"])
def test_a_name_of_secrecy_in_a_recall_is_not_noted(world: World, where: str) -> None:
    changes = {"reason": "văn bản tuyệt mật"} if where == "reason" else {"subject": "(MẬT) Kế hoạch"}
    one = world.sent(world.letter(bussiness=1, about=("x",), attachments=(), **changes))
    assert (state(one), said(one), requests()) == ("refused", None, [])


# --- the same again


def test_the_same_message_under_another_transport_id_is_dealt_with_once(world: World) -> None:
    data = write_document(world.letter())
    first, second = world.send(data), world.send(data)
    assert (state(first), state(second), codes(second)) == ("gathering", "noted", ["EDXML_REPEAT"])
    assert owed(second) == []
    assert not quarantine.folder(second).exists()


def test_the_same_id_with_other_bytes_is_returned(world: World) -> None:
    world.sent(world.letter())
    second = world.sent(world.letter(words="Nội dung khác hẳn của báo cáo"))
    assert (state(second), codes(second)) == ("returned", ["EDXML_ID_KNOWN"])


def test_what_was_returned_may_be_sent_again_with_its_id(world: World) -> None:
    letter = world.letter()
    first = world.sent(another(letter, attachments=()))
    second = world.sent(letter)
    assert (state(first), state(second)) == ("returned", "gathering")


# --- statuses


@pytest.mark.parametrize("code", ["01", "03", "06", "15", "02"])
def test_a_status_is_recorded_and_not_answered(world: World, code: str) -> None:
    about = Reference(OFFICE, "1/X", "2024/01/02", "id-1")
    data = write_status(reporter=Reporter(OFFICE, ""), about=about, status=code, description="", now=NOW)
    one = world.send(data, "status")
    noted = said(one)
    assert (state(one), owed(one), quarantine.folder(one).exists()) == ("noted", [], False)
    assert noted is not None
    assert (noted.kind, noted.status, noted.document_id) == ("status", code, "id-1")


def test_a_document_that_calls_itself_a_status_is_returned(world: World) -> None:
    one = world.send(write_document(world.letter()), "status")
    assert (state(one), codes(one)) == ("returned", ["EDXML_KIND"])


# --- recalls


def test_a_recall_of_what_waits_is_agreed_and_the_bytes_go(world: World) -> None:
    letter = world.letter()
    one = world.sent(letter)
    asks = world.take_back(letter)
    assert (state(one), codes(one), state(asks)) == ("refused", ["RECALLED"], "noted")
    assert owed(asks) == [("15", letter.document_id)]
    assert not quarantine.folder(one).exists()
    (asked,) = requests()
    assert (asked.submission_id, asked.target_id, asked.answer, asked.state) == (asks, one, "15", "closed")
    assert "NĐ 30/2020/NĐ-CP Điều 18.4.b" in explained(one)


def test_a_recall_rests_on_the_clause_of_the_province(world: World) -> None:
    letter = world.letter(sender=LANG_SON)
    one = world.sent(letter, agency=LANG_SON)
    world.take_back(letter, agency=LANG_SON)
    assert state(one) == "refused"
    assert "Điều 9.3, 31/2020/QĐ-UBND" in explained(one)


def explained(submission_id: str) -> str:
    (finding,) = row(submission_id).findings
    return explain(Finding(finding.code, finding.place, finding.params)).clause


def test_a_recall_may_name_several_documents(world: World) -> None:
    letters = [world.letter("1"), world.letter("2")]
    ids = [world.sent(letter) for letter in letters]
    about = tuple(letter.document_id for letter in letters)
    asks = world.sent(world.letter("3", bussiness=1, about=about, attachments=()))
    assert [state(one) for one in ids] == ["refused", "refused"]
    assert [status for status, _ in owed(asks)] == ["01", "15", "15"]


def test_a_recall_without_an_id_finds_the_document_by_number_and_date(world: World) -> None:
    letter = world.letter("012")
    one = world.sent(letter)
    asks = world.take_back(another(letter, number="12", said_id=" "))
    assert (state(one), [status for status, _ in owed(asks)]) == ("refused", ["15"])


def test_a_recall_without_an_id_that_means_two_documents_touches_neither(world: World) -> None:
    letter = world.letter()
    ids = [world.sent(letter), world.sent(another(letter, said_id="other", notation="bc-snv"))]
    asks = world.take_back(another(letter, said_id=" "))
    assert [state(one) for one in ids] == ["gathering", "gathering"]
    assert (codes(asks), [status for status, _ in owed(asks)]) == (["RECALL_UNKNOWN"], ["16"])


def test_nobody_recalls_the_document_of_another(world: World) -> None:
    letter = world.letter()
    one = world.sent(letter)
    asks = world.take_back(letter, agency=LANG_SON)
    assert (state(one), codes(asks)) == ("gathering", ["RECALL_UNKNOWN"])
    assert owed(asks) == [("16", letter.document_id)]
    (asked,) = requests()
    assert (asked.target_id, asked.state, asked.answer) == (None, "open", "16")


def test_a_recall_that_overtook_its_document_stops_it(world: World) -> None:
    letter = world.letter()
    world.take_back(letter)
    one = world.sent(letter)
    assert (state(one), codes(one)) == ("returned", ["GATHER_RECALLED"])


def test_a_recall_waits_for_what_nobody_has_read_yet(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANGTHU_INGEST__GATHER_WAIT_SECONDS", "900")
    letter = world.letter()
    one = world.sent(letter, run=False)
    asks = world.take_back(letter)
    assert state(asks) == "checking"
    assert told_text(row(asks).waiting) == "chờ 1 văn bản được nêu trong thông điệp"
    world.run(one)
    world.run(asks)
    assert (state(one), state(asks)) == ("refused", "noted")


def test_two_recalls_of_nothing_do_not_wait_for_each_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANGTHU_INGEST__GATHER_WAIT_SECONDS", "900")
    asks = [world.sent(world.letter(str(n), bussiness=1, about=(f"x{n}",), attachments=())) for n in (1, 2)]
    assert [state(one) for one in asks] == ["noted", "noted"]


def test_a_recall_of_a_case_file_under_way_refuses_it(world: World) -> None:
    with transaction() as session:
        case = Submission(
            agency_code=OFFICE, message_id="VXP-77", sha256="0" * 64, size=1, kind="sip", state="to-decide",
            received_at=NOW,
        )  # fmt: skip
        session.add(case)
        session.flush()
        id = case.id
    asks = world.take_back(world.letter(said_id="VXP-77"))
    assert (state(id), state(asks), owed(id)) == ("refused", "noted", [])
    assert [status for status, _ in owed(asks)] == ["15"]


def test_a_recall_never_touches_what_is_archived(world: World) -> None:
    letter = world.letter()
    one = world.sent(letter)
    case = world.case_file([letter])
    assert state(case) == "accepted"
    asks = world.take_back(letter)
    assert (state(one), state(case), state(asks)) == ("gathering", "accepted", "noted")
    assert owed(asks) == [("16", letter.document_id)]
    (asked,) = requests()
    assert (asked.case_file_id, asked.state) == (case_file_id_of(case), "open")
    assert quarantine.raw(asks).exists()  # until an archivist has looked


@pytest.mark.parametrize(
    ("named", "found"),
    [
        ({"said_id": "ARCHIVED-1"}, True),  # the code it has in the archive
        ({}, True),  # agency, date, number and notation are in the axis's id
        ({"number": "013"}, False),
        ({"sender_name": "Sở Tài chính"}, False),
    ],
)
def test_a_document_that_came_inside_a_package_is_found_in_the_archive(
    world: World, named: dict[str, object], found: bool
) -> None:
    record = {
        "id": "record", "case_file_id": "case", "ordinal": 1, "code": "ARCHIVED-1", "type_name": "", "number": "12",
        "notation": "BC-SNV", "issued_on": date(2024, 5, 3), "organ_name": OFFICE_NAME, "subject": "", "pages": 1,
        "description": {},
    }  # fmt: skip
    with transaction() as session:
        session.add(stored_case_file("c", OFFICE, id="case"))
        session.flush()
        session.add(Record(**record))
    about = world.letter(**named)
    recall = world.letter(
        "99", bussiness=1, about=(about.document_id,), attachments=(), sender_name=about.sender_name
    )
    asks = world.sent(recall)
    assert [status for status, _ in owed(asks)] == ["01", "16"]
    (asked,) = requests()
    assert (asked.case_file_id, asked.record_id) == (("case", "record") if found else (None, None))


def test_a_recall_sends_a_case_file_back_that_is_not_accepted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _nobody_accepts()
    letters = [world.letter("1"), world.letter("2")]
    ids = [world.sent(letter) for letter in letters]
    case = world.case_file(letters)
    assert state(case) == "to-decide"
    asks = world.take_back(letters[0])
    assert [state(one) for one in (*ids, case)] == ["refused", "gathering", "returned"]
    assert "RECALLED" in codes(case)
    assert [status for status, _ in owed(case)] == ["01", "02"]
    assert owed(asks) == [("15", letters[0].document_id)]
    again = world.case_file(letters[1:], notation="02.BC")
    assert state(again) == "to-decide"  # the other document was free again


def test_what_a_killed_recall_left_behind_is_tidied(world: World) -> None:
    letter = world.letter()
    one = world.sent(letter)
    asks = world.take_back(letter)
    for id in (one, asks):  # as if the process had died before it wiped them
        quarantine.folder(id).mkdir()
        quarantine.raw(id).write_bytes(b"left")
    kept = world.sent(world.letter("99"))
    tidying.tidy()
    assert [quarantine.folder(id).exists() for id in (one, asks, kept)] == [False, False, True]


# --- updates and replacements


@pytest.mark.parametrize("bussiness", [2, 3])
def test_a_newer_message_takes_the_place_of_one_that_waits(world: World, bussiness: int) -> None:
    letter = world.letter()
    old = world.sent(letter)
    new = world.sent(world.letter(words="Bản mới", bussiness=bussiness, about=(letter.document_id,)))
    assert (state(old), row(old).superseded_by, state(new)) == ("superseded", new, "gathering")
    assert [status for status, _ in owed(new)] == ["01", "15"]
    (asked,) = requests()
    assert (asked.submission_id, asked.target_id, asked.state) == (new, old, "closed")
    with reading() as session:  # the decree's clause speaks of recalls, and of nothing else
        assert {one.basis for one in history(session, old) if "superseded_by" in one.payload} == {""}


def test_an_update_with_errors_changes_nothing(world: World) -> None:
    letter = world.letter()
    old = world.sent(letter)
    new = world.sent(another(letter, bussiness=2, about=(letter.document_id,), attachments=()))
    assert (state(old), state(new), requests()) == ("gathering", "returned", [])


def test_an_update_of_what_is_archived_is_held_for_an_archivist(world: World) -> None:
    letter = world.letter()
    world.sent(letter)
    case = world.case_file([letter])
    new = world.sent(world.letter(words="Bản mới", bussiness=2, about=(letter.document_id,)))
    assert (state(case), state(new)) == ("accepted", "gathering")
    assert [status for status, _ in owed(new)] == ["01"]
    (asked,) = requests()
    assert (asked.kind, asked.case_file_id, asked.state, asked.answer) == (
        "update",
        case_file_id_of(case),
        "open",
        "",
    )


def test_a_newer_message_sends_a_case_file_back_that_is_not_accepted(world: World) -> None:
    _nobody_accepts()
    letter = world.letter()
    world.sent(letter)
    case = world.case_file([letter])
    new = world.sent(world.letter(words="Bản mới", bussiness=3, about=(letter.document_id,)))
    assert (state(case), "GATHER_SUPERSEDED" in codes(case), state(new)) == ("returned", True, "gathering")
    assert state(world.case_file([letter], notation="02.BC")) == "to-decide"


def test_an_update_of_what_nobody_knows_is_taken_in_with_a_warning(world: World) -> None:
    new = world.sent(world.letter(bussiness=2, about=("never seen",)))
    assert (state(new), codes(new), requests()) == ("gathering", ["EDXML_ORIGINAL_UNKNOWN"], [])


def test_a_replacement_for_others_is_none_for_us(world: World) -> None:
    letter = world.letter()
    old = world.sent(letter)
    data = write_document(world.letter("13", bussiness=3, about=(letter.document_id,))).decode()
    data = data.replace(f"<edXML:OrganIdList><edXML:OrganId>{US}", "<edXML:OrganIdList><edXML:OrganId>H37.99")
    new = world.send(data.encode())
    assert (state(old), state(new), requests()) == ("gathering", "gathering", [])


def test_an_update_that_takes_us_off_the_recipients_is_a_recall(world: World) -> None:
    letter = world.letter()
    old = world.sent(letter)
    data = write_document(
        world.letter("13", bussiness=2, about=(letter.document_id,), attachments=())
    ).decode()
    receiver = f"<edXML:OrganId>{US}</edXML:OrganId><edXML:ReceiverType>0</edXML:ReceiverType>"
    receivers = f"<edXML:ReceiverList><edXML:Receiver>{receiver}</edXML:Receiver></edXML:ReceiverList>"
    data = data.replace("</edXML:BussinessDocumentInfo>", f"{receivers}</edXML:BussinessDocumentInfo>")
    asks = world.send(data.encode())
    assert (state(old), state(asks)) == ("refused", "noted")


def test_an_update_of_other_recipients_changes_nothing_here(world: World) -> None:
    letter = world.letter()
    old = world.sent(letter)
    data = write_document(
        world.letter("13", bussiness=2, about=(letter.document_id,), attachments=())
    ).decode()
    asks = world.send(data.replace(">1</edXML:DocumentInfo>", ">0</edXML:DocumentInfo>").encode())
    assert (state(old), state(asks)) == ("gathering", "noted")
    assert [status for status, _ in owed(asks)] == ["01", "15"]


def test_the_table_answers_every_place_and_never_touches_the_archive() -> None:
    for answers in ANSWERS.values():
        assert set(answers) == set(Place)
        assert answers[Place.ARCHIVED].act is Act.MARK
        assert not answers[Place.ARCHIVED].returns_case


def _nobody_accepts() -> None:
    """Let an archivist decide what this office sends."""
    from archive.register.agencies import set_agency

    with transaction() as session:
        set_agency(
            session, code=OFFICE, name=OFFICE, level1="G09", auto_accept=False,
            actor="system:test", now=NOW,
        )  # fmt: skip
        session.execute(update(Submission).values(not_before=None))
