"""The Lạng Sơn dialect: dates of a list, its envelope and codes, edXML as text or base64, files beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from archive.errors import TemporaryError
from archive.vietnam import VIETNAM
from ingest.errors import BadMessageError, IngestError
from ingest.gateway.answers import provincial_data
from ingest.gateway.provincial import ProvincialAxis
from tests.ingest.inbox_counterparts import AGENCY, ORGAN, HttpSide, http_side, open_one, post

ATTACHMENT = "<edXML:ContentTransferEncoded>QUJD</edXML:ContentTransferEncoded>"
XML = f"<edXML><A>{ATTACHMENT}</A></edXML>".encode()


@pytest.fixture
def side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpSide]:
    monkeypatch.setenv("TANGTHU_CONFIG", str(tmp_path / "tangthu.toml"))
    with http_side("provincial", tmp_path / "ngoai") as one:
        yield one


def at(side: HttpSide, *clock: int, **more: Any) -> ProvincialAxis:
    settings = side.settings.model_copy(update=more)
    return ProvincialAxis(settings, clock=lambda: datetime(*clock, tzinfo=VIETNAM))  # type: ignore[misc,arg-type]


def test_a_list_reaches_back_as_many_days_as_are_set_in_vietnamese_dates(side: HttpSide) -> None:
    for number, day in enumerate(["2025/12/06", "2025/12/07", "2026/01/05", "2026/01/06"]):
        post(side.simulator.folder, number, "sip", b"x", created_time=f"{day} 23:59:00")
    axis = at(side, 2026, 1, 6, 0, 30, days=30)
    assert [one.doc_id for one in axis.list_received()] == ["VXP-1", "VXP-2", "VXP-3"]
    assert [one.doc_id for one in at(side, 2026, 1, 5, 23, 59, days=29).list_received()] == ["VXP-1", "VXP-2"]


def test_the_date_format_is_the_one_that_is_set(side: HttpSide) -> None:
    post(side.simulator.folder, 1, "sip", b"x", created_time="2026-01-05 08:00:00")
    assert at(side, 2026, 1, 5, 12, days=1).list_received() == [], "the simulator compares dates as written"
    assert len(at(side, 2026, 1, 5, 12, days=1, date_format="%Y-%m-%d").list_received()) == 1


def test_what_is_marked_as_handled_is_not_asked_for_again(side: HttpSide) -> None:
    for name in ("M-1", "M-2", "M-3"):
        side.put(name, "edoc", XML)
    side.simulator.faults.repeat = True  # this axis lists everything of the last days, handled or not
    with open_one(side) as inbox:
        inbox.acknowledge("M-1", "done")
        inbox.acknowledge("M-2", "fail")
        inbox.acknowledge("M-3", "processing")
        assert {one.doc_id for one in inbox.list_received()} == {"M-3"}


@pytest.mark.parametrize("as_base64", [False, True])
def test_edxml_comes_as_text_or_as_base64(as_base64: bool, side: HttpSide, tmp_path: Path) -> None:
    data = "<edXML>Ữ \\ \"'</edXML>".encode()
    post(side.simulator.folder, 1, "edoc", data, base64=as_base64)
    with open_one(side) as inbox:
        (one,) = inbox.list_received()
        assert inbox.fetch(one, tmp_path / "in").read_bytes() == data


def test_files_beside_the_edxml_are_taken_for_a_repetition_only_when_it_holds_as_many(
    side: HttpSide, tmp_path: Path
) -> None:
    beside = [{"fileName": f"{number}.pdf", "fileContent": "QUJD" * 30_000} for number in range(2)]
    post(side.simulator.folder, 1, "edoc", XML, beside=beside[:1])
    post(side.simulator.folder, 2, "edoc", XML, beside=beside)
    post(side.simulator.folder, 3, "edoc", b"<edXML/>", beside=[])
    with open_one(side) as inbox:
        inside, outside, none = inbox.list_received()
        assert inbox.fetch(inside, tmp_path / "in").read_bytes() == XML
        with pytest.raises(BadMessageError, match="2 attachments beside") as caught:
            inbox.fetch(outside, tmp_path / "in")
        assert caught.value.code == "MESSAGE_ATTACHMENTS"
        assert inbox.fetch(none, tmp_path / "in").read_bytes() == b"<edXML/>"
    assert len(list((tmp_path / "in").iterdir())) == 2


def test_without_a_download_path_a_case_file_comes_as_base64(side: HttpSide, tmp_path: Path) -> None:
    settings = side.settings.model_copy(
        update={"paths": side.settings.paths.model_copy(update={"download": ""})}
    )
    data = bytes(range(256)) * 1000
    side.put("M-1", "sip", data)
    with open_one(HttpSide(side.simulator, settings)) as inbox:
        (one,) = inbox.list_received()
        assert inbox.fetch(one, tmp_path / "in").read_bytes() == data
    assert "/v1/downloadEdoc" not in side.simulator.asked


def test_only_the_types_that_are_set_are_asked_for(side: HttpSide) -> None:
    for kind in ("sip", "edoc", "status"):
        side.put(kind, kind, XML)
    settings = side.settings.model_copy(update={"message_types": ("edoc", "status")})
    with open_one(HttpSide(side.simulator, settings)) as inbox:
        assert {one.doc_id for one in inbox.list_received()} == {"edoc", "status"}
    assert len(side.simulator.asked) == 2


def test_a_status_says_itself_from_whom_and_to_whom_it_goes(side: HttpSide) -> None:
    xml = (
        f"<edXML:From><edXML:OrganId>{ORGAN}</edXML:OrganId></edXML:From>"
        f"<edXML:ResponseFor><edXML:OrganId>{AGENCY}</edXML:OrganId></edXML:ResponseFor>"
    ).encode()
    with open_one(side) as inbox:
        assert inbox.send_status(xml, AGENCY) == "SIM-00001"
    (row,) = side.simulator.rows("statuses.jsonl")
    assert (row["from"], row["to"]) == (ORGAN, [AGENCY])


def test_an_id_in_any_letters_can_be_asked_for(side: HttpSide, tmp_path: Path) -> None:
    name = "Thông báo số 1/2026&docId=khác?#"
    side.put(name, "sip", b"x")
    with open_one(side) as inbox:
        (one,) = inbox.list_received()
        assert inbox.fetch(one, tmp_path / "in").read_bytes() == b"x"
        inbox.acknowledge(name, "done")
    assert side.told() == {name: "done"}


def test_other_header_names_may_be_set(side: HttpSide) -> None:
    auth = side.settings.auth.model_copy(update={"id_header": "X-Khac"})
    settings = side.settings.model_copy(update={"auth": auth})
    with open_one(HttpSide(side.simulator, settings)) as inbox, pytest.raises(IngestError, match="auth"):
        inbox.list_received()


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        ({"success": False, "errorCode": "20", "message": "lỗi hệ thống"}, TemporaryError, "20 lỗi hệ thống"),
        ({"success": False, "errorCode": 20}, TemporaryError, "20"),
        ({"success": False, "errorCode": "15", "message": "sai SecretKey"}, IngestError, "15 sai SecretKey"),
        ({"success": False, "code": "18", "desc": "đơn vị nhận"}, IngestError, "18 đơn vị nhận"),
        ({"success": None}, IngestError, "refused"),
        ({}, IngestError, "refused"),
        ([], IngestError, "not an object"),
        ("x", IngestError, "not an object"),
    ],
)
def test_what_is_not_a_success_is_an_error_in_its_own_words(
    answer: Any, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        provincial_data(answer, "/v1/getEdoc")


@pytest.mark.parametrize("success", [True, "true", "True"])
def test_a_success_gives_its_data(success: Any) -> None:
    assert provincial_data(json.loads(json.dumps({"success": success, "data": [1]})), "x") == [1]


@pytest.mark.parametrize("data", [None, {}, {"edxml": None}, {"edxml": 3}, {"edxml": ["<a/>"]}, "x"])
def test_an_answer_without_edxml_is_a_lasting_error(
    data: Any, side: HttpSide, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_one(side) as inbox:
        monkeypatch.setattr(inbox, "long_answer", lambda call, folder: {"success": True, "data": data})
        with pytest.raises(IngestError, match="no edxml"):
            inbox.fetch(side_waiting(), tmp_path / "in")


def side_waiting() -> Any:
    from ingest.gateway.interface import Waiting

    return Waiting("M-1", "edoc", AGENCY, ORGAN, "")


@pytest.mark.parametrize("row", [None, 3, {}, {"docId": ""}, {"docId": None}])
def test_a_row_without_an_id_is_refused(row: Any, side: HttpSide, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_one(side) as inbox:
        monkeypatch.setattr(inbox, "asked", lambda call: {"success": True, "data": [row]})
        with pytest.raises(IngestError, match="without docId"):
            inbox.list_received()
