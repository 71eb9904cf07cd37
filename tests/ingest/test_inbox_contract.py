"""What every way in holds to, whatever it speaks. Each test runs on all of them."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.errors import TemporaryError
from ingest.errors import BadMessageError, IngestError
from ingest.gateway.edxml import Reference
from ingest.gateway.edxml_status import Reporter, write_status
from ingest.gateway.interface import Inbox
from tests.ingest.inbox_counterparts import (
    AGENCY,
    HTTP_KINDS,
    ORGAN,
    Counterpart,
    FileSide,
    file_side,
    http_side,
    inbox_settings,
    open_one,
)
from tests.services.ssh_server import SshServer, make_server

NOW = datetime(2026, 1, 5, 3, 30, tzinfo=UTC)
XML = '<?xml version="1.0"?>\n<edXML>Quyết định \\ "số 1"</edXML>\n'.encode()
KINDS = [*HTTP_KINDS, "folder", pytest.param("sftp", marks=pytest.mark.service)]


@pytest.fixture(scope="session")
def ssh_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    server = make_server(tmp_path_factory.mktemp("sshd"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(params=KINDS)
def side(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Counterpart]:
    monkeypatch.setenv("TANGTHU_CONFIG", str(tmp_path / "tangthu.toml"))
    kind = request.param
    if kind in HTTP_KINDS:
        with http_side(kind, tmp_path / "ngoai") as one:
            yield one
    elif kind == "folder":
        yield file_side(tmp_path / "ngoai")
    else:
        yield sftp_side(request.getfixturevalue("ssh_server"), tmp_path / "ngoai")


def sftp_side(server: SshServer, folder: Path) -> FileSide:
    root = folder / "tha-tep"
    root.mkdir(parents=True)
    settings = inbox_settings(
        name="cong-sftp",
        kind="sftp",
        host="127.0.0.1",
        port=server.port,
        host_key=server.host_key,
        path=str(root),
        auth={"kind": "key", "user": server.user, "key_file": server.key_file},
        agencies=[AGENCY],
        ready="rename",
    )
    return FileSide(root, settings)


@pytest.fixture
def inbox(side: Counterpart) -> Iterator[Inbox]:
    with open_one(side) as one:
        yield one


def listed(inbox: Inbox) -> dict[str, str]:
    return {one.doc_id: one.message_type for one in inbox.list_received()}


@contextmanager
def full_disk(most: int) -> Iterator[None]:
    """Let no file of this process grow beyond so many bytes."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


@pytest.mark.parametrize("kind", ["sip", "edoc"])
def test_a_full_disk_of_ours_is_told_as_ours_and_passes(
    kind: str, side: Counterpart, inbox: Inbox, tmp_path: Path
) -> None:
    data = b"<edXML>" + b"x" * 400_000 + b"</edXML>"
    name = side.put("M-1", kind, data)
    (one,) = inbox.list_received()
    with full_disk(100_000), pytest.raises(TemporaryError, match="quarantine cannot be written"):
        inbox.fetch(one, tmp_path / "in")
    assert inbox.fetch(one, tmp_path / "in").read_bytes() == data
    assert listed(inbox) == {name: kind}


def a_status(status: str = "02") -> bytes:
    about = Reference(AGENCY, "01.TH", "2026/01/05", "VXP-1")
    return write_status(
        reporter=Reporter(ORGAN, "Kho"), about=about, status=status, description="Thiếu ký", now=NOW
    )


def test_what_waits_is_listed_with_kind_sender_and_receiver_in_order(side: Counterpart, inbox: Inbox) -> None:
    ids = [side.put("m1", "sip", b"1"), side.put("m2", "edoc", XML), side.put("m3", "status", XML)]
    found = {one.doc_id: one for one in inbox.list_received()}
    assert {key: found[key].kind for key in ids} == {ids[0]: "sip", ids[1]: "edxml", ids[2]: "edxml"}
    assert [found[key].message_type for key in ids] == ["sip", "edoc", "status"]
    assert {one.sender for one in found.values()} == {AGENCY}
    assert {one.receiver for one in found.values()} == {ORGAN}
    assert all(one.created_at for one in found.values())
    more = [side.put(f"n{number}", "sip", b"x") for number in range(4)]
    assert [one.doc_id for one in inbox.list_received() if one.doc_id in more] == more


def test_an_empty_inbox_lists_nothing(inbox: Inbox) -> None:
    assert inbox.list_received() == []


@pytest.mark.parametrize("size", [0, 1, 65_535, 70_000, 3_000_001])
def test_a_case_file_comes_byte_for_byte(size: int, side: Counterpart, inbox: Inbox, tmp_path: Path) -> None:
    data = os.urandom(size)
    doc_id = side.put("m1", "sip", data)
    (one,) = inbox.list_received()
    assert inbox.fetch(one, tmp_path / "in").read_bytes() == data
    assert inbox.fetch(doc_id, tmp_path / "in").read_bytes() == data, "by its id alone"


@pytest.mark.parametrize("size", [0, 100_000, 2_000_000])
def test_an_edxml_message_comes_byte_for_byte(
    size: int, side: Counterpart, inbox: Inbox, tmp_path: Path
) -> None:
    data = XML.replace(b"</edXML>", ("Ữ\\n\\u0041\t" * (size // 8)).encode() + b"</edXML>")
    side.put("m1", "edoc", data)
    (one,) = inbox.list_received()
    assert inbox.fetch(one, tmp_path / "in").read_bytes() == data


@pytest.mark.parametrize("kind", ["sip", "edoc", "status"])
def test_an_empty_message_comes_as_it_is(kind: str, side: Counterpart, inbox: Inbox, tmp_path: Path) -> None:
    side.put("m1", kind, b"")
    (one,) = inbox.list_received()
    assert inbox.fetch(one, tmp_path / "in").read_bytes() == b""


def test_what_is_fetched_has_a_name_of_ours_and_nothing_lies_beside_it(
    side: Counterpart, inbox: Inbox, tmp_path: Path
) -> None:
    side.put("to-trinh", "sip", b"x")
    (one,) = inbox.list_received()
    path = inbox.fetch(one, tmp_path / "in")
    assert path.parent == tmp_path / "in"
    assert "to-trinh" not in path.name
    assert list((tmp_path / "in").iterdir()) == [path]


def test_fetching_takes_nothing_away(side: Counterpart, inbox: Inbox, tmp_path: Path) -> None:
    doc_id = side.put("m1", "sip", b"x")
    inbox.fetch(inbox.list_received()[0], tmp_path / "in")
    assert side.told() == {}
    assert list(listed(inbox)) == [doc_id]


def test_done_and_fail_leave_the_list_processing_stays(side: Counterpart, inbox: Inbox) -> None:
    done, fail, stays = (side.put(f"m{number}", "sip", b"x") for number in (1, 2, 3))
    inbox.list_received()
    inbox.acknowledge(done, "done")
    inbox.acknowledge(fail, "fail", "Tệp hỏng")
    inbox.acknowledge(stays, "processing")
    assert list(listed(inbox)) == [stays]
    told = side.told()
    assert (told[done], told[fail]) == ("done", "fail")
    assert told.get(stays) in (None, "processing")


def test_another_transport_status_is_refused(side: Counterpart, inbox: Inbox) -> None:
    doc_id = side.put("m1", "sip", b"x")
    with pytest.raises(IngestError, match="done, fail"):
        inbox.acknowledge(doc_id, "gone")
    assert side.told() == {}


def test_a_message_larger_than_allowed_is_not_kept_and_is_not_a_passing_trouble(
    side: Counterpart, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TANGTHU_INGEST__MAX_MESSAGE_BYTES", "100000")
    side.put("m1", "sip", bytes(100_001))
    side.put("m2", "edoc", XML + bytes(100_000).replace(b"\0", b" "))
    side.put("m3", "sip", bytes(100_000))
    with open_one(side) as inbox:
        fits = 0
        for one in inbox.list_received():
            try:
                inbox.fetch(one, tmp_path / "in")
                fits += 1
            except BadMessageError as error:
                assert error.code == "MESSAGE_TOO_LARGE"
    assert fits == 1
    assert [path.stat().st_size for path in (tmp_path / "in").iterdir()] == [100_000]


def test_a_status_arrives_whole_and_each_under_its_own_label(side: Counterpart, inbox: Inbox) -> None:
    for status in ("01", "02"):
        inbox.send_status(a_status(status), AGENCY, f"m1.{status}")
    assert side.answers() == [a_status("01"), a_status("02")]


def test_a_broken_line_is_a_passing_trouble_for_every_call(
    side: Counterpart, inbox: Inbox, tmp_path: Path
) -> None:
    doc_id = side.put("m1", "sip", b"x")
    (one,) = inbox.list_received()
    with side.broken():
        for call in (
            inbox.list_received,
            lambda: inbox.fetch(one, tmp_path / "in"),
            lambda: inbox.acknowledge(doc_id, "done"),
            lambda: inbox.send_status(a_status(), AGENCY, "m1.02"),
        ):
            with pytest.raises(TemporaryError):
                call()
    assert list((tmp_path / "in").iterdir()) == []
    assert (side.told(), side.answers()) == ({}, [])
    assert inbox.fetch(one, tmp_path / "in").read_bytes() == b"x"
    inbox.acknowledge(doc_id, "done")
    inbox.send_status(a_status(), AGENCY, "m1.02")
    assert (side.told(), len(side.answers())) == ({doc_id: "done"}, 1)


def test_an_unknown_message_is_a_lasting_error(inbox: Inbox, tmp_path: Path) -> None:
    with pytest.raises(IngestError, match="no such"):
        inbox.fetch("VXP-9", tmp_path / "in")
    with pytest.raises(IngestError, match="no such"):
        inbox.acknowledge("VXP-9", "done")
    assert list((tmp_path / "in").iterdir()) == [] if (tmp_path / "in").exists() else True
