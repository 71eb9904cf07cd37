"""The SFTP drop against Debian's OpenSSH server: its key is pinned, its faults pass, nothing half is kept."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archive.errors import SettingsError, TemporaryError
from ingest.errors import IngestError
from ingest.gateway.drop import id_of
from tests.ingest.inbox_counterparts import AGENCY, FileSide, inbox_settings, open_one, private_file
from tests.services.ssh_server import SshServer, make_key, make_server

pytestmark = pytest.mark.service


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SshServer]:
    one = make_server(tmp_path / "sshd")
    one.start()
    yield one
    one.stop()


@pytest.fixture
def side(server: SshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileSide:
    monkeypatch.setenv("TANGTHU_CONFIG", str(tmp_path / "tangthu.toml"))
    root = tmp_path / "nop"
    root.mkdir()
    return FileSide(root, sftp_settings(server, root))


def sftp_settings(server: SshServer, root: Path, **more: Any) -> Any:
    facts = {
        "name": "cong-sftp",
        "kind": "sftp",
        "host": "127.0.0.1",
        "port": server.port,
        "host_key": server.host_key,
        "path": str(root),
        "auth": {"kind": "key", "user": server.user, "key_file": server.key_file},
        "agencies": [AGENCY],
        "ready": "rename",
        "read_seconds": 5,
    }
    return inbox_settings(**facts | more)


def changed(side: FileSide, server: SshServer, **more: Any) -> FileSide:
    return FileSide(side.root, sftp_settings(server, side.root, **more))


# who it is


def test_a_server_with_another_key_is_left_before_we_say_who_we_are(
    side: FileSide, server: SshServer, tmp_path: Path
) -> None:
    other = make_key(tmp_path / "other")
    (server.folder / "log").write_bytes(b"")
    side.put("a", "sip", b"x")
    with open_one(changed(side, server, host_key=other)) as inbox:
        for call in (inbox.list_received, lambda: inbox.send_status(b"<a/>", AGENCY, "a")):
            with pytest.raises(IngestError, match="not the pinned one; nothing was sent"):
                call()
    assert "Accepted" not in (server.folder / "log").read_text()
    assert not (side.root / "answers").exists()


def test_a_server_that_has_no_key_of_the_pinned_kind_is_left(
    side: FileSide, server: SshServer, tmp_path: Path
) -> None:
    command = ["ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-C", "x", "-f", str(tmp_path / "ecdsa")]
    subprocess.run(command, check=True)
    other = (tmp_path / "ecdsa.pub").read_text().strip()
    with (
        open_one(changed(side, server, host_key=other)) as inbox,
        pytest.raises(IngestError, match="host key"),
    ):
        inbox.list_received()


@pytest.mark.parametrize("key", ["ssh-ed25519 AAAA", "ssh-unknown AAAAC3NzaC1lZDI1NTE5AAAAI", "x AAAA"])
def test_a_pin_that_is_no_key_is_refused_and_never_taken_for_any_key(
    key: str, side: FileSide, server: SshServer
) -> None:
    with (
        open_one(changed(side, server, host_key=key)) as inbox,
        pytest.raises(SettingsError, match="host_key"),
    ):
        inbox.list_received()


def test_keys_the_account_knows_elsewhere_are_not_trusted(
    side: FileSide, server: SshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = tmp_path / ".ssh" / "known_hosts"
    known.parent.mkdir()
    known.write_text(f"[127.0.0.1]:{server.port} {server.host_key}\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    wrong = changed(side, server, host_key=make_key(tmp_path / "other"))
    with open_one(wrong) as inbox, pytest.raises(IngestError, match="not the pinned one"):
        inbox.list_received()


def test_an_account_that_is_not_let_in_is_a_lasting_error(
    side: FileSide, server: SshServer, tmp_path: Path
) -> None:
    make_key(tmp_path / "stranger")
    auth = {"kind": "key", "user": server.user, "key_file": str(tmp_path / "stranger")}
    with open_one(changed(side, server, auth=auth)) as inbox, pytest.raises(IngestError, match="check auth"):
        inbox.list_received()
    password = {"kind": "password", "user": server.user, "secret_file": str(private_file(tmp_path / "p"))}
    with (
        open_one(changed(side, server, auth=password)) as inbox,
        pytest.raises(IngestError, match="check auth"),
    ):
        inbox.list_received()


def test_keys_of_this_account_and_of_an_agent_are_not_tried(
    side: FileSide, server: SshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    (home / ".ssh").mkdir(parents=True)
    (home / ".ssh" / "id_ed25519").write_bytes(server.key_file.read_bytes())
    (home / ".ssh" / "id_ed25519").chmod(0o600)
    monkeypatch.setenv("HOME", str(home))
    make_key(tmp_path / "stranger")
    auth = {"kind": "key", "user": server.user, "key_file": str(tmp_path / "stranger")}
    with open_one(changed(side, server, auth=auth)) as inbox, pytest.raises(IngestError, match="check auth"):
        inbox.list_received()


def test_a_private_key_others_could_read_is_refused(side: FileSide, server: SshServer) -> None:
    server.key_file.chmod(0o644)
    with open_one(side) as inbox, pytest.raises(SettingsError, match="chmod 600"):
        inbox.list_received()


@pytest.mark.parametrize("kind", ["rsa", "ecdsa"])
def test_other_kinds_of_account_keys_are_let_in(
    kind: str, side: FileSide, server: SshServer, tmp_path: Path
) -> None:
    path = tmp_path / kind
    command = ["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "x", "-f", str(path)]
    subprocess.run(command, check=True)
    with (server.folder / "authorized").open("a") as stream:
        stream.write(path.with_name(f"{kind}.pub").read_text())
    auth = {"kind": "key", "user": server.user, "key_file": str(path)}
    with open_one(changed(side, server, auth=auth)) as inbox:
        assert inbox.list_received() == []


# what breaks


def test_a_server_that_is_down_is_a_temporary_failure_and_is_found_again(
    side: FileSide, server: SshServer, tmp_path: Path
) -> None:
    side.put("a", "sip", b"x")
    with open_one(side) as inbox:
        (one,) = inbox.list_received()
        server.stop()
        for call in (
            inbox.list_received,
            lambda: inbox.fetch(one, tmp_path / "in"),
            lambda: inbox.acknowledge(one.doc_id, "done"),
            lambda: inbox.send_status(b"<a/>", AGENCY, "a"),
        ):
            with pytest.raises(TemporaryError, match="no answer"):
                call()
        assert list((tmp_path / "in").iterdir()) == []
        server.start()
        assert inbox.fetch(one, tmp_path / "in").read_bytes() == b"x", "the same inbox connects again"
        inbox.acknowledge(one.doc_id, "done")
    assert side.told() == {one.doc_id: "done"}


def test_a_line_that_breaks_in_the_middle_of_a_file_leaves_nothing_half(
    side: FileSide, server: SshServer, tmp_path: Path
) -> None:
    data = os.urandom(1 << 20) * 200
    side.put("a", "sip", data)
    broke: list[str] = []

    def break_it() -> None:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            parts = list((tmp_path / "in").rglob("part")) if (tmp_path / "in").exists() else []
            if parts and parts[0].stat().st_size > 1 << 20:
                server.stop()
                broke.append("in the middle")
                return
            time.sleep(0.001)

    with open_one(side) as inbox:
        (one,) = inbox.list_received()
        breaker = threading.Thread(target=break_it)
        breaker.start()
        with pytest.raises(TemporaryError):
            inbox.fetch(one, tmp_path / "in")
        breaker.join()
        assert broke == ["in the middle"]
        assert list((tmp_path / "in").iterdir()) == []
        server.start()
        assert inbox.fetch(one, tmp_path / "in").read_bytes() == data


def test_a_server_that_hangs_is_left_after_its_time(side: FileSide, server: SshServer) -> None:
    waits = changed(side, server, read_seconds=1, connect_seconds=1)
    with open_one(waits) as inbox:
        inbox.list_received()
        assert server.connections() != []
        for pid in server.connections():
            os.kill(pid, signal.SIGSTOP)
        began = time.monotonic()
        with pytest.raises(TemporaryError):
            inbox.list_received()
        assert time.monotonic() - began < 15


def test_a_name_that_is_not_utf8_stops_the_drop_and_is_said(side: FileSide) -> None:
    (side.root / b"b\xe1n-sao.zip".decode("utf-8", "surrogateescape")).write_bytes(b"x")
    with open_one(side) as inbox, pytest.raises(IngestError, match="not UTF-8; have it renamed"):
        inbox.list_received()


# what is there


def test_names_with_spaces_quotes_and_letters_are_taken_and_moved(side: FileSide, tmp_path: Path) -> None:
    name = "Hồ sơ \"số 1\"; rm -rf 'x' $(y).zip"
    (side.root / name).write_bytes(b"x")
    with open_one(side) as inbox:
        (one,) = inbox.list_received()
        assert (one.title, one.doc_id) == (name, id_of(name))
        assert inbox.fetch(one, tmp_path / "in").read_bytes() == b"x"
        inbox.acknowledge(one.doc_id, "fail", "Thiếu chữ ký")
    assert (side.root / "failed" / name).read_bytes() == b"x"
    assert (side.root / "failed" / f"{name}.txt").read_text("utf-8") == "Thiếu chữ ký\n"


def test_two_files_of_one_name_both_stay(side: FileSide) -> None:
    with open_one(side) as inbox:
        for data in (b"1", b"2"):
            (side.root / "a.zip").write_bytes(data)
            inbox.acknowledge(id_of("a.zip"), "done")
    found = {path.name: path.read_bytes() for path in (side.root / "done").iterdir()}
    assert found == {"a.zip": b"1", "a (2).zip": b"2"}


def test_links_and_folders_are_no_files(side: FileSide, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    (side.root / "link.zip").symlink_to(tmp_path / "secret")
    (side.root / "folder.zip").mkdir()
    with open_one(side) as inbox:
        assert inbox.list_received() == []
        with pytest.raises(IngestError, match="no such file"):
            inbox.fetch(id_of("link.zip"), tmp_path / "in")


def test_a_link_put_in_a_files_place_after_it_was_listed_is_not_read(side: FileSide, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    (side.root / "a.zip").write_text("x")
    with open_one(side) as inbox:
        (one,) = inbox.list_received()
        (side.root / "a.zip").unlink()
        (side.root / "a.zip").symlink_to(tmp_path / "secret")
        with pytest.raises(IngestError, match="not a plain file"):
            inbox.fetch(one, tmp_path / "in")


def test_an_answer_replaces_itself_and_is_whole(side: FileSide) -> None:
    with open_one(side) as inbox:
        for data in (b"<a/>", b"<b/>"):
            assert inbox.send_status(data, AGENCY, "a.zip.1.02") == "a.zip.1.02.xml"
    assert {path.name: path.read_bytes() for path in (side.root / "answers").iterdir()} == {
        "a.zip.1.02.xml": b"<b/>"
    }
