"""An archivist makes a case file of documents that came alone; requests about archived ones are closed with a word."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from gathering_world import (
    LANG_SON,
    NOW,
    OFFICE,
    World,
    codes,
    furnish,
    ledger,
    owed,
    requests,
    row,
    state,
)

from archive.errors import NotAllowedError, NotFoundError
from archive.ledger.append import history
from archive.register.agencies import set_agency
from archive.register.models import Agency, Submission
from archive.register.session import reading, transaction
from archive.viewer import ALL_AGENCIES, Role, Viewer
from ingest import pipeline, quarantine, tidying
from ingest.errors import IngestError
from ingest.gathering import assembly, settling, waiting
from ingest.gathering.assembly import DescriptionError, assemble

LAN = Viewer("lan", {OFFICE: frozenset({Role.ARCHIVIST})})
NAM = Viewer("nam", {OFFICE: frozenset({Role.OFFICIAL})})
STRANGER = Viewer("la", {LANG_SON: frozenset({Role.ARCHIVIST})})
ALL = Viewer("moi", {ALL_AGENCIES: frozenset({Role.ARCHIVIST})})
DESCRIBED = {
    "FileCode": f"{OFFICE}.2024.01.GH",
    "Title": "Hồ sơ ghép từ văn bản gửi riêng về quản lý văn bản điện tử",
    "Maintenance": "20 năm",
    "Rights": "Công khai",
    "Language": "Tiếng Việt",
    "StartDate": "02/01/2024",
    "EndDate": "31/12/2024",
    "ConfidenceLevel": "Gốc điện tử",
    "Format": "Tốt",
}


@pytest.fixture
def world(house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    furnish(monkeypatch)
    (tmp_path / "sent").mkdir()
    return World(tmp_path / "sent")


def made(ids: Sequence[str], viewer: Viewer = LAN, *, key: str = "", **changes: str) -> str:
    with transaction() as session:
        return assemble(session, viewer, ids, DESCRIBED | changes, now=NOW, key=key).id


# --- assembling


def test_documents_are_assembled_in_the_order_they_were_named(world: World) -> None:
    first, second = world.sent(world.letter("1")), world.sent(world.letter("2"))
    case = made([second, first])
    assert [row(one).gathered_into for one in (first, second)] == [case, case]
    assert pipeline.advance(case, steps=world.steps) == "waiting"  # as far as these tests go
    assert (state(case), codes(case)) == ("accepted", [])
    assert [step.step for step in row(case).steps][:2] == ["unpack", "join"]
    assert row(case).steps[1].result["gathered"] == {"1": second, "2": first}
    assert owed(case) == []  # nobody sent it
    assert [status for status, _ in owed(first)] == ["01", "03"]
    with reading() as session:
        told = history(session, case)
        assert (told[-1].verb, told[-1].actor, told[-1].role) == ("INGEST", "lan", "archivist")


def test_what_a_message_says_of_its_document_is_what_the_case_file_says(world: World) -> None:
    letter = world.letter("7")
    case = made([world.sent(letter)])
    pipeline.advance(case, steps=world.steps)
    from test_gathered_case_files import delivery_of

    (document,) = delivery_of(case).documents
    assert document.fields["CodeNumber"] == "7"
    assert document.fields["Subject"] == letter.subject
    assert document.fields["DocCode"] == letter.document_id
    assert (document.fields["DocOrdinal"], document.fields["FileCode"]) == ("1", DESCRIBED["FileCode"])
    assert letter.subject not in ledger()


def test_under_the_new_circular_a_document_has_the_case_files_code(world: World) -> None:
    one = world.sent(world.letter("7", issued=date(2026, 1, 5)))
    case = made([one], StartDate="02/01/2026", EndDate="30/06/2026", FileCode=f"{OFFICE}.2026.01.GH")
    pipeline.advance(case, steps=world.steps)
    from test_gathered_case_files import delivery_of

    assert delivery_of(case).documents[0].fields["DocCode"] == f"{OFFICE}.2026.01.GH.0000001"


def test_a_description_that_is_not_whole_is_told_field_by_field(world: World) -> None:
    one = world.sent(world.letter("1"))
    with transaction() as session, pytest.raises(DescriptionError) as raised:
        wrong = {"Title": "Hồ sơ", "StartDate": "31/02/2024", "Colour": "đỏ"}
        assemble(session, LAN, [one], wrong, now=NOW)
    places = {finding.place.removeprefix("case file / ") for finding in raised.value.findings}
    assert {"FileCode", "Maintenance", "StartDate", "EndDate", "Colour"} <= places
    assert "Title" not in places
    assert row(one).gathered_into is None


def test_work_that_ended_today_ended_today_before_seven_in_the_morning_too(world: World) -> None:
    early = datetime(2024, 5, 2, 18, tzinfo=UTC)  # 01:00 of 3 May in Việt Nam
    with reading() as session:
        office = session.get_one(Agency, OFFICE)
    assert (
        assembly.problems(DESCRIBED | {"EndDate": "03/05/2024", "TotalDoc": "1"}, agency=office, now=early)
        == []
    )


@pytest.mark.parametrize(
    ("viewer", "error"),
    [(NAM, NotAllowedError), (STRANGER, NotFoundError)],
    ids=["an official", "a stranger"],
)
def test_who_is_no_archivist_there_may_not_assemble(
    world: World, viewer: Viewer, error: type[Exception]
) -> None:
    one = world.sent(world.letter("1"))
    with pytest.raises(error):
        made([one], viewer)


def test_documents_of_two_agencies_are_no_case_file(world: World) -> None:
    ids = [world.sent(world.letter("1")), world.sent(world.letter("2", sender=LANG_SON), agency=LANG_SON)]
    with pytest.raises(IngestError, match="several agencies"):
        made(ids, ALL)


@pytest.mark.parametrize("ids", [[], ["0" * 36]])
def test_nothing_cannot_be_assembled(world: World, ids: list[str]) -> None:
    with pytest.raises((IngestError, NotFoundError)):
        made(ids)


def test_what_is_in_a_case_file_cannot_be_in_another(world: World) -> None:
    one = world.sent(world.letter("1"))
    made([one])
    with pytest.raises(IngestError, match="does not wait"):
        made([one], FileCode=f"{OFFICE}.2024.02.GH")


def test_the_same_request_sent_twice_makes_one_case_file(world: World) -> None:
    one = world.sent(world.letter("1"))
    assert made([one], key="abc") == made([one], key="abc")


def test_an_assembly_that_goes_back_frees_its_documents_and_tells_no_office(world: World) -> None:
    one = world.sent(world.letter("1"))
    case = made([one], TotalDoc="5")
    pipeline.advance(case, steps=world.steps)
    assert (state(case), owed(case), codes(case)) == ("returned", [], ["V04_DOCS"])
    assert [status for status, _ in owed(one)] == ["01"]
    again = made([one])
    pipeline.advance(again, steps=world.steps)
    assert state(again) == "accepted"


def test_a_recall_takes_a_document_out_of_an_assembly_that_is_not_accepted(world: World) -> None:
    with transaction() as session:
        set_agency(session, code=OFFICE, name=OFFICE, level1="G09", auto_accept=False, actor="t", now=NOW)
    letters = [world.letter("1"), world.letter("2")]
    ids = [world.sent(letter) for letter in letters]
    case = made(ids)
    pipeline.advance(case, steps=world.steps)
    assert state(case) == "to-decide"
    world.take_back(letters[0])
    assert [state(one) for one in (*ids, case)] == ["refused", "gathering", "returned"]


def test_a_secret_title_is_refused_and_written_nowhere(world: World) -> None:
    one = world.sent(world.letter("1"))
    case = made([one], Rights="Tối mật")
    pipeline.advance(case, steps=world.steps)
    assert (state(case), quarantine.folder(case).exists()) == ("refused", False)
    assert DESCRIBED["Title"] not in ledger()


# --- the list


def test_the_list_shows_what_waits_and_is_free(world: World) -> None:
    taken, free = world.sent(world.letter("1")), world.sent(world.letter("2"))
    world.sent(world.letter("3", sender=LANG_SON), agency=LANG_SON)
    world.sent(world.letter("4", attachments=()))  # returned
    made([taken])
    with reading() as session:
        page = waiting.listing(session, viewer=LAN)
        assert [one.submission.id for one in page.items] == [free]
        assert (page.total, page.agencies) == (1, {OFFICE: 1})
        assert waiting.listing(session, viewer=ALL).agencies == {OFFICE: 1, LANG_SON: 1}
        assert (
            waiting.listing(session, viewer=Viewer("kiem", {ALL_AGENCIES: frozenset({Role.AUDITOR})})).total
            == 0
        )


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"text": "BC-SNV"}, 3),
        ({"text": "Kế hoạch công tác"}, 1),
        ({"text": "%"}, 0),
        ({"after": date(2024, 5, 4)}, 1),
        ({"before": date(2024, 5, 3)}, 2),
        ({"agency": LANG_SON}, 0),
        ({"size": 2}, 2),
        ({"size": 2, "page": 2}, 1),
    ],
)
def test_the_list_is_filtered_and_paged(world: World, asked: dict[str, object], found: int) -> None:
    world.sent(world.letter("1"))
    world.sent(world.letter("2", subject="Kế hoạch công tác văn thư năm 2024"))
    world.sent(world.letter("3", issued=date(2024, 6, 1)))
    with reading() as session:
        assert len(waiting.listing(session, viewer=LAN, **asked).items) == found  # type: ignore[arg-type]


# --- requests about what is archived


def an_archived_letter(world: World) -> tuple[str, str, object]:
    letter = world.letter()
    one = world.sent(letter)
    case = world.case_file([letter])
    assert state(case) == "accepted"
    return one, case, letter


def test_a_recall_of_the_archived_is_closed_with_a_word(world: World) -> None:
    _, _, letter = an_archived_letter(world)
    asks = world.take_back(letter)  # type: ignore[arg-type]
    with reading() as session:
        (shown,) = settling.listing(session, viewer=LAN)
        assert (shown.request.kind, shown.said is not None and shown.said.reason) == ("recall", "Gửi nhầm")
        assert settling.count_open(session, viewer=LAN) == 1
        assert settling.count_open(session, viewer=STRANGER) == 0
    with transaction() as session, pytest.raises(IngestError, match="say what"):
        settling.close(session, shown.request.id, viewer=LAN, remark=" ", now=NOW)
    with transaction() as session, pytest.raises(NotAllowedError):
        settling.close(session, shown.request.id, viewer=NAM, remark="x", now=NOW)
    with transaction() as session, pytest.raises(NotFoundError):
        settling.close(session, shown.request.id, viewer=STRANGER, remark="x", now=NOW)
    with transaction() as session:
        settling.close(session, shown.request.id, viewer=LAN, remark="Giữ nguyên", refuse=True, now=NOW)
    (closed,) = requests()
    assert (closed.state, closed.answer, closed.closed_by, closed.remark) == (
        "closed",
        "16",
        "lan",
        "Giữ nguyên",
    )
    with transaction() as session, pytest.raises(IngestError, match="closed already"):
        settling.close(session, closed.id, viewer=LAN, remark="x", now=NOW)
    assert [status for status, _ in owed(asks)] == ["16"]  # answered once
    tidying.tidy()
    assert not quarantine.folder(asks).exists()


@pytest.mark.parametrize(
    ("refuse", "ends", "statuses"), [(True, "refused", ["01", "16"]), (False, "gathering", ["01"])]
)
def test_an_update_of_the_archived_is_refused_or_held(
    world: World, refuse: bool, ends: str, statuses: list[str]
) -> None:
    _, case, letter = an_archived_letter(world)
    new = world.sent(world.letter(words="Bản mới", bussiness=2, about=(letter.document_id,)))  # type: ignore[attr-defined]
    (asked,) = requests()
    with transaction() as session:
        settling.close(session, asked.id, viewer=LAN, remark="Đã lưu", refuse=refuse, now=NOW)
    assert (state(new), state(case)) == (ends, "accepted")
    assert [status for status, _ in owed(new)] == statuses
    if refuse:
        assert owed(new)[-1][1] == letter.document_id  # type: ignore[attr-defined]


def test_an_update_that_is_in_a_case_file_cannot_be_refused_any_more(world: World) -> None:
    _, _, letter = an_archived_letter(world)
    new = world.sent(world.letter(words="Bản mới", bussiness=2, about=(letter.document_id,)))  # type: ignore[attr-defined]
    made([new])
    (asked,) = requests()
    with transaction() as session, pytest.raises(IngestError, match="in a case file already"):
        settling.close(session, asked.id, viewer=LAN, remark="x", refuse=True, now=NOW)


def test_what_was_asked_is_shown_at_the_case_file(world: World) -> None:
    _, case, letter = an_archived_letter(world)
    world.take_back(letter)  # type: ignore[arg-type]
    from ingest.naming import case_file_id_of

    with reading() as session:
        (asked,) = settling.of_case_file(session, case_file_id_of(case))
        assert asked.kind == "recall"
        events = history(session, case_file_id_of(case))
        assert [event.verb for event in events] == ["REQUEST"]


def test_the_description_survives_as_it_was_given(world: World) -> None:
    one = world.sent(world.letter("1"))
    case = made([one])
    delivery, chosen = assembly.read(quarantine.raw(case))
    assert (delivery.fields["Title"], delivery.fields["TotalDoc"], chosen) == (
        DESCRIBED["Title"],
        "1",
        {1: one},
    )
    with reading() as session:
        assert session.get_one(Submission, case).title == ""  # not before the last look for secrecy
