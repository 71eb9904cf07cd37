"""The axis client against the practice axis: the whole exchange, and everything that can break on the line."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import requests

from archive.errors import TemporaryError
from ingest.errors import IngestError
from ingest.gateway.answers import axis_data, parsed
from ingest.gateway.axis import Axis
from ingest.gateway.edxml import Reference
from ingest.gateway.edxml_status import Reporter, write_status
from ingest.gateway.http_inbox import local_now
from ingest.gateway.signing import sign, verify
from ingest.gateway.simulator import Simulator
from tests.ingest.inbox_counterparts import (
    AGENCY,
    ORGAN,
    SECRET,
    SYSTEM,
    an_axis,
    http_settings,
    post,
    private_file,
)

NOW = datetime(2026, 1, 5, 3, 30, tzinfo=UTC)


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    post(tmp_path / "axis", 1, "sip", os.urandom(3_000_000))
    post(tmp_path / "axis", 2, "edoc", "<edXML>Quyết định</edXML>".encode())
    post(tmp_path / "axis", 3, "sip", b"third")
    server = Simulator(tmp_path / "axis", system_id=SYSTEM, secret=SECRET)
    server.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def axis(simulator: Simulator, tmp_path: Path) -> Axis:
    return an_axis(simulator, tmp_path)


def control(simulator: Simulator, **faults: int | bool) -> None:
    requests.post(f"{simulator.url}/control", json=faults, timeout=5).raise_for_status()


def test_what_waits_is_listed_with_sender_and_kind(axis: Axis) -> None:
    listed = {one.doc_id: one for one in axis.list_received()}
    assert {key: (one.kind, one.sender, one.receiver) for key, one in listed.items()} == {
        "VXP-1": ("sip", AGENCY, ORGAN),
        "VXP-2": ("edxml", AGENCY, ORGAN),
        "VXP-3": ("sip", AGENCY, ORGAN),
    }
    assert listed["VXP-3"].title == "Hồ sơ 3"


def test_the_bytes_come_as_they_are_by_either_way(axis: Axis, simulator: Simulator, tmp_path: Path) -> None:
    for one in axis.list_received():
        sent = simulator.folder / "messages" / f"{one.doc_id.removeprefix('VXP-')}.raw"
        assert axis.fetch(one, tmp_path / "in").read_bytes() == sent.read_bytes()
        assert axis.fetch(one.doc_id, tmp_path / "in").read_bytes() == sent.read_bytes()


def test_a_fetched_message_has_a_name_of_ours(axis: Axis, tmp_path: Path) -> None:
    path = axis.fetch("VXP-3", tmp_path / "in")
    assert path.parent == tmp_path / "in" and "VXP" not in path.name
    assert list((tmp_path / "in").iterdir()) == [path]


def test_done_and_fail_leave_the_list_processing_stays(axis: Axis) -> None:
    for doc_id, status in (("VXP-1", "done"), ("VXP-2", "fail"), ("VXP-3", "processing")):
        axis.acknowledge(doc_id, status)
    assert [(one.doc_id, one.status) for one in axis.list_received()] == [("VXP-3", "processing")]


def test_acknowledgements_survive_a_restart(axis: Axis, simulator: Simulator, tmp_path: Path) -> None:
    axis.acknowledge("VXP-1", "done")
    again = Simulator(simulator.folder, system_id=SYSTEM, secret=SECRET)
    again.start()
    try:
        other = an_axis(again, tmp_path)
        assert "VXP-1" not in {one.doc_id for one in other.list_received()}
    finally:
        again.shutdown()
        again.server_close()


def test_a_status_arrives_whole(axis: Axis, simulator: Simulator) -> None:
    about = Reference(AGENCY, "01.TH", "2026/01/05", "VXP-1")
    xml = write_status(reporter=Reporter(ORGAN, "Kho"), about=about, status="02", description="Lỗi", now=NOW)
    doc_id = axis.send_status(xml, AGENCY)
    (row,) = simulator.rows("statuses.jsonl")
    assert (row["id"], row["from"], row["to"]) == (doc_id, ORGAN, [AGENCY])
    assert (row["status"], row["about"]) == ("02", "VXP-1")
    assert (simulator.folder / row["file"]).read_bytes() == xml


@pytest.mark.parametrize("fault", ["drop", "drop_after", "error"])
def test_a_broken_line_is_a_temporary_failure(fault: str, axis: Axis, simulator: Simulator) -> None:
    control(simulator, **{fault: 1})
    with pytest.raises(TemporaryError):
        axis.acknowledge("VXP-1", "done")
    axis.acknowledge("VXP-1", "done")
    told = [row["status"] for row in simulator.rows("acknowledgements.jsonl")]
    assert told == ["done", "done"] if fault == "drop_after" else told == ["done"]


def test_half_a_download_is_a_temporary_failure_and_leaves_nothing(
    axis: Axis, simulator: Simulator, tmp_path: Path
) -> None:
    control(simulator, truncate=1)
    with pytest.raises(TemporaryError):
        axis.fetch("VXP-1", tmp_path / "in")
    assert list((tmp_path / "in").iterdir()) == []
    assert axis.fetch("VXP-1", tmp_path / "in").stat().st_size == 3_000_000


def test_nobody_there_is_a_temporary_failure(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        axis = Axis(http_settings("vxp", url, tmp_path))
        with pytest.raises(TemporaryError, match="no answer from"):
            axis.list_received()


def test_repeated_and_reordered_lists_are_given_as_they_come(axis: Axis, simulator: Simulator) -> None:
    control(simulator, repeat=True, reverse=True)
    sips = [one.doc_id for one in axis.list_received() if one.kind == "sip"]
    assert sips == ["VXP-3", "VXP-1", "VXP-3", "VXP-1"]


@pytest.mark.parametrize(("system_id", "secret"), [(SYSTEM, "wrong"), ("other", SECRET)])
def test_a_wrong_signature_is_a_lasting_error(
    system_id: str, secret: str, simulator: Simulator, tmp_path: Path
) -> None:
    auth = {"kind": "hmac", "system_id": system_id, "secret_file": private_file(tmp_path / "s", secret)}
    with pytest.raises(IngestError, match="check auth of this inbox"):
        an_axis(simulator, tmp_path, auth=auth).list_received()


def test_an_unknown_message_is_a_lasting_error(axis: Axis, tmp_path: Path) -> None:
    with pytest.raises(IngestError, match="no such docId"):
        axis.fetch("VXP-9", tmp_path / "in")


def test_a_message_larger_than_allowed_is_not_kept(simulator: Simulator, tmp_path: Path) -> None:
    axis = an_axis(simulator, tmp_path, max_message_bytes=1_000_000)
    with pytest.raises(IngestError, match="larger than 977 KB"):
        axis.fetch("VXP-1", tmp_path / "in")
    assert list((tmp_path / "in").iterdir()) == []


def test_a_redirect_is_not_followed(simulator: Simulator, tmp_path: Path) -> None:
    class Elsewhere(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(302)
            self.send_header("Location", f"{simulator.url}/getReceivedEdocList")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        axis = Axis(http_settings("vxp", f"http://127.0.0.1:{server.server_address[1]}", tmp_path))
        with pytest.raises(IngestError, match="302"):
            axis.list_received()
        server.shutdown()
    assert simulator.asked == []


def test_a_path_nobody_knows_is_a_lasting_error(simulator: Simulator, tmp_path: Path) -> None:
    with pytest.raises(IngestError, match="404; check url and paths"):
        an_axis(simulator, tmp_path, paths={"list": "/elsewhere"}).list_received()


def test_the_simulator_runs_on_its_own(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    post(tmp_path, 1, "sip", b"x")
    command = [
        sys.executable,
        "-m",
        "ingest.gateway.simulator",
        "--port",
        str(port),
        "--folder",
        str(tmp_path),
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + 30
            while True:
                try:
                    answer = requests.get(f"http://127.0.0.1:{port}/health", timeout=2)
                    break
                except requests.ConnectionError:
                    assert process.poll() is None and time.monotonic() < deadline
                    time.sleep(0.05)
            assert answer.json() == {"status": "OK", "messages": 1}
        finally:
            process.terminate()


def test_a_signature_covers_every_header_it_names() -> None:
    now = local_now()
    headers = sign(
        {"docId": "VXP-1", "status": "done"},
        system_id="kho",
        secret="s",
        content_type="application/json",
        now=now,
    )
    assert verify(headers, system_id="kho", secret="s", now=now) == ""
    for changed, why in (
        ({"XroadVnpt-docId": "VXP-2"}, "a header is not the one that was signed"),
        ({"XroadVnpt-sign-header": "{}"}, "wrong signature"),
        ({"XroadVnpt-sign-header-key": "docId"}, "sign-header-key names other headers than sign-header"),
    ):
        assert verify({**headers, **changed}, system_id="kho", secret="s", now=now) == why
    assert verify(headers, system_id="kho", secret="t", now=now) == "wrong signature"
    assert "too far" in verify(headers, system_id="kho", secret="s", now=now + timedelta(hours=1))


def test_the_signed_text_is_the_one_the_vendors_client_signs() -> None:
    now = datetime(2026, 1, 5, 10, 30, 7, 45_000, tzinfo=local_now().tzinfo)
    headers = sign({"docId": "7"}, system_id="kho", secret="s", content_type="application/json", now=now)
    assert headers["XroadVnpt-sign-header"] == (
        '{"XroadVnpt-docId":"7","XroadVnpt-systemid":"kho",'
        '"XroadVnpt-timestamp":"05012026T103007+0045","XroadVnpt-Content-Type":"application/json"}'
    )
    assert headers["XroadVnpt-sign-header-key"] == "docId;systemid;timestamp;Content-Type"


@pytest.mark.parametrize("value", ["Quyết", "a\nb"])
def test_a_value_that_cannot_be_a_header_is_refused(value: str) -> None:
    with pytest.raises(IngestError, match="cannot travel"):
        sign({"docId": value}, system_id="kho", secret="s", content_type="", now=local_now())


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"<html>", "not JSON"),
        (b"[]", "not an object"),
        (b'{"status":"FAIL","ErrorCode":"15","ErrorDesc":"sai SystemId"}', "15 sai SystemId"),
        (b'{"status":"OK","ErrorCode":"20","ErrorDesc":"x"}', "20 x"),
        (b'{"fault":{"code":900901}}', "refused.*900901"),
        (b"{}", "refused"),
        (b"[" * 100_000, "not JSON"),
    ],
)
def test_a_failing_answer_says_the_axis_words(answer: bytes, why: str) -> None:
    with pytest.raises(IngestError, match=why):
        axis_data(parsed(answer, "getEdoc"), "getEdoc")
