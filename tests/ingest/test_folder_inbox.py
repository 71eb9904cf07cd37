"""A watched folder: only what is finished is taken, nothing is lost or overwritten, nobody leads us elsewhere."""

from __future__ import annotations

import os
import tempfile
import threading
from pathlib import Path
from typing import Any

import pytest

from archive.errors import TemporaryError
from ingest.errors import BadMessageError, IngestError
from ingest.gateway.drop import Drop, Settling, id_of, type_of
from ingest.gateway.folder import Folder
from tests.ingest.as_nobody import as_nobody
from tests.ingest.inbox_counterparts import AGENCY, FileSide, file_side, inbox_settings, open_one


@pytest.fixture
def side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileSide:
    monkeypatch.setenv("TANGTHU_CONFIG", str(tmp_path / "tangthu.toml"))
    return file_side(tmp_path / "ngoai")


def a_drop(side: FileSide, settling: Settling | None = None, **more: Any) -> Drop:
    facts = {"name": "tep", "kind": "folder", "path": side.root, "agencies": [AGENCY], **more}
    settings = inbox_settings(**facts)
    return Drop(settings, Folder(side.root), settling=settling)


def names(drop: Drop) -> list[str]:
    return [one.title for one in drop.list_received()]


# when a file is finished


def test_a_file_is_taken_once_it_has_not_changed_for_its_time(side: FileSide) -> None:
    now = 100.0
    drop = a_drop(side, Settling(lambda: now), ready="stable", settle_seconds=15)
    path = side.root / "a.zip"
    path.write_bytes(b"half")
    assert names(drop) == []
    now += 14
    assert names(drop) == []
    path.write_bytes(b"the whole of it")
    now += 1
    assert names(drop) == [], "it grew meanwhile: its time begins again"
    now += 15
    assert names(drop) == ["a.zip"]


def test_the_time_of_a_file_counts_even_when_its_size_is_the_same(side: FileSide) -> None:
    now = 100.0
    drop = a_drop(side, Settling(lambda: now), ready="stable", settle_seconds=15)
    (side.root / "a.zip").write_bytes(b"1234")
    drop.list_received()
    now += 15
    (side.root / "a.zip").write_bytes(b"5678")
    os.utime(side.root / "a.zip", (1, 1))
    assert names(drop) == []


def test_the_observation_lasts_from_one_run_to_the_next(
    side: FileSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = side.settings.model_copy(update={"ready": "stable", "settle_seconds": 1, "name": "tep-lau"})
    (side.root / "a.zip").write_bytes(b"x")
    kept = Settling(lambda: now)
    monkeypatch.setattr("ingest.gateway.opening._SETTLING", {"tep-lau": kept})
    now = 0.0
    with open_one(FileSide(side.root, settings)) as first:
        assert first.list_received() == []
    now = 1.0
    with open_one(FileSide(side.root, settings)) as second:
        assert len(second.list_received()) == 1


def test_a_file_with_a_marker_is_taken_and_its_marker_goes(side: FileSide) -> None:
    drop = a_drop(side, ready="marker")
    (side.root / "a.zip").write_bytes(b"a")
    (side.root / "b.zip").write_bytes(b"b")
    (side.root / "b.zip.done").touch()
    (side.root / "c.zip.done").touch()
    assert names(drop) == ["b.zip"]
    drop.acknowledge(id_of("b.zip"), "done")
    assert sorted(path.name for path in side.root.iterdir()) == ["a.zip", "c.zip.done", "done"]


def test_a_marker_left_by_a_kill_does_not_announce_the_next_file(
    side: FileSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop = a_drop(side, ready="marker")
    (side.root / "a.zip").write_bytes(b"a")
    (side.root / "a.zip.done").touch()
    drop.list_received()
    monkeypatch.setattr(Folder, "move", lambda *_: 1 / 0)  # killed between the two
    with pytest.raises(ZeroDivisionError):
        drop.acknowledge(id_of("a.zip"), "done")
    assert not (side.root / "a.zip.done").exists()


@pytest.mark.parametrize("ready", ["rename", "stable", "marker"])
@pytest.mark.parametrize("name", [".a.zip", "a.zip.part", "a.zip.tmp", "a.zip.filepart", "a.crdownload"])
def test_a_temporary_name_is_never_taken(name: str, ready: str, side: FileSide) -> None:
    now = 0.0
    drop = a_drop(side, Settling(lambda: now), ready=ready, settle_seconds=1)
    (side.root / name).write_bytes(b"x")
    (side.root / f"{name}.done").touch()
    drop.list_received()
    now = 10.0
    assert [one for one in names(drop) if one == name] == []


def test_a_file_that_grows_while_it_is_read_is_left_for_the_next_time(side: FileSide, tmp_path: Path) -> None:
    drop = a_drop(side, ready="rename")
    (side.root / "a.zip").write_bytes(b"half")
    (one,) = drop.list_received()
    (side.root / "a.zip").write_bytes(b"half and more")
    with pytest.raises(TemporaryError, match="being written"):
        drop.fetch(one, tmp_path / "in")
    assert list((tmp_path / "in").iterdir()) == []
    (one,) = drop.list_received()
    assert drop.fetch(one, tmp_path / "in").read_bytes() == b"half and more"


def test_oldest_first(side: FileSide) -> None:
    for name, moment in (("c", 1), ("a", 3), ("b", 2)):
        (side.root / name).write_bytes(b"x")
        os.utime(side.root / name, (moment, moment))
    assert names(a_drop(side, ready="rename")) == ["c", "b", "a"]


# where it goes


def test_two_files_of_one_name_both_stay(side: FileSide) -> None:
    drop = a_drop(side, ready="rename")
    for data in (b"1", b"2", b"3"):
        (side.root / "a.zip").write_bytes(data)
        drop.acknowledge(id_of("a.zip"), "done")
    found = {path.name: path.read_bytes() for path in (side.root / "done").iterdir()}
    assert found == {"a.zip": b"1", "a (2).zip": b"2", "a (3).zip": b"3"}


def test_a_refused_file_has_a_text_beside_it_that_says_why(side: FileSide) -> None:
    drop = a_drop(side, ready="rename")
    for why in ("Lớn quá", "Hỏng rồi"):
        (side.root / "a.zip").write_bytes(b"x")
        drop.acknowledge(id_of("a.zip"), "fail", why)
    texts = {path.name: path.read_text("utf-8") for path in (side.root / "failed").glob("*.txt")}
    assert texts == {"a.zip.txt": "Lớn quá\n", "a (2).zip.txt": "Hỏng rồi\n"}


@pytest.mark.parametrize("status", ["done", "fail"])
@pytest.mark.parametrize(
    "name",
    [
        "x" * 251 + ".zip",
        "ữ" * 84 + ".zi",
        "a b\n'\"\\.zip",
        b"b\xe1n-sao.zip".decode("utf-8", "surrogateescape"),
    ],
)
def test_any_name_a_disk_can_hold_is_taken_and_moved(
    name: str, status: str, side: FileSide, tmp_path: Path
) -> None:
    drop = a_drop(side, ready="rename")
    for data in (b"1", b"2"):
        (side.root / name).write_bytes(data)
        (one,) = drop.list_received()
        one.title.encode("utf-8")
        assert drop.fetch(one, tmp_path / "in").read_bytes() == data
        drop.acknowledge(one.doc_id, status, "Lỗi")
        drop.send_status(b"<a/>", AGENCY, f"{one.title}.12345678.0{data.decode()}")
    folder = side.root / ("done" if status == "done" else "failed")
    kept = [path for path in folder.iterdir() if path.read_bytes() in (b"1", b"2")]
    assert sorted(path.read_bytes() for path in kept) == [b"1", b"2"]
    assert drop.list_received() == []


def test_the_same_answer_again_replaces_itself_and_leaves_no_half(side: FileSide) -> None:
    drop = a_drop(side, ready="rename")
    assert drop.send_status(b"<a/>", AGENCY, "a.zip.1.02") == "a.zip.1.02.xml"
    (side.root / "answers" / ".a.zip.1.02.xml.part").write_bytes(b"<half")  # left by a kill
    drop.send_status(b"<b/>", AGENCY, "a.zip.1.02")
    assert {path.name: path.read_bytes() for path in (side.root / "answers").iterdir()} == {
        "a.zip.1.02.xml": b"<b/>"
    }


@pytest.mark.parametrize("label", ["", "../../etc/passwd", "/etc/passwd", "..", ".hidden", "a\0b", "a/b\n"])
def test_an_answer_lies_in_its_folder_whatever_the_delivery_was_called(label: str, side: FileSide) -> None:
    a_drop(side, ready="rename").send_status(b"<a/>", AGENCY, label)
    (path,) = (side.root / "answers").iterdir()
    assert not path.name.startswith(".")
    assert [one.name for one in side.root.parent.iterdir()] == [side.root.name]


def test_folders_may_have_other_names(side: FileSide) -> None:
    drop = a_drop(side, ready="rename", incoming="di", done="xong", failed="loi", answers="tra-loi")
    (side.root / "di").mkdir()
    (side.root / "di" / "a.zip").write_bytes(b"x")
    (side.root / "b.zip").write_bytes(b"x")
    assert names(drop) == ["a.zip"]
    drop.acknowledge(id_of("a.zip"), "done")
    assert (side.root / "xong" / "a.zip").exists()


# names and kinds


def test_a_message_id_says_nothing_of_the_name(side: FileSide) -> None:
    assert id_of("Phương án Kim Ngưu.zip") == id_of("Phương án Kim Ngưu.zip")
    assert id_of("Phương án Kim Ngưu.zip") != id_of("Phương án Kim Ngưu.xml")
    assert "Kim" not in id_of("Phương án Kim Ngưu.zip")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.zip", "sip"),
        ("a", "sip"),
        ("a.xml.zip", "sip"),
        ("a.xml", "edoc"),
        ("A.EDXML", "edoc"),
        ("a.status.xml", "status"),
        ("a.Status.edxml", "status"),
        ("status.xml", "edoc"),
    ],
)
def test_a_files_name_says_what_it_is(name: str, kind: str) -> None:
    assert type_of(name) == kind


# nobody leads us elsewhere


def test_only_plain_files_are_files(side: FileSide, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x")
    (side.root / "link.zip").symlink_to(secret)
    os.mkfifo(side.root / "pipe.zip")
    (side.root / "folder.zip").mkdir()
    assert a_drop(side, ready="rename").list_received() == []


@pytest.mark.timeout(20)
@pytest.mark.parametrize("trap", ["link", "fifo"])
def test_a_file_swapped_for_a_trap_after_it_was_listed_is_not_read(
    trap: str, side: FileSide, tmp_path: Path
) -> None:
    drop = a_drop(side, ready="rename")
    path = side.root / "a.zip"
    path.write_bytes(b"x")
    (one,) = drop.list_received()
    path.unlink()
    if trap == "link":
        (tmp_path / "secret").write_bytes(b"s")
        path.symlink_to(tmp_path / "secret")
    else:
        os.mkfifo(path)
    with pytest.raises((TemporaryError, IngestError)):
        drop.fetch(one, tmp_path / "in")
    assert list((tmp_path / "in").iterdir()) == []


@pytest.mark.parametrize("folder", ["done", "failed", "answers"])
def test_a_folder_that_is_a_link_is_not_followed(folder: str, side: FileSide, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (side.root / folder).symlink_to(elsewhere)
    drop = a_drop(side, ready="rename")
    (side.root / "a.zip").write_bytes(b"x")
    with pytest.raises(TemporaryError, match="no link"):
        if folder == "answers":
            drop.send_status(b"<a/>", AGENCY, "a")
        else:
            drop.acknowledge(id_of("a.zip"), "done" if folder == "done" else "fail")
    assert list(elsewhere.iterdir()) == []
    assert (side.root / "a.zip").exists()


def test_a_file_larger_than_allowed_is_left_half_way(side: FileSide, tmp_path: Path) -> None:
    (side.root / "a.zip").touch()
    os.truncate(side.root / "a.zip", 2**40)  # sparse: costs nothing here, would fill our disk
    settings = inbox_settings(name="t", kind="folder", path=side.root, agencies=[AGENCY], ready="rename")
    drop = Drop(settings, Folder(side.root), max_message_bytes=5_000_000)
    (one,) = drop.list_received()
    with pytest.raises(BadMessageError):
        drop.fetch(one, tmp_path / "in")
    assert list((tmp_path / "in").iterdir()) == []


def test_a_root_that_is_not_there_is_never_made(side: FileSide) -> None:
    side.root.rmdir()
    drop = a_drop(side)
    for call in (drop.list_received, lambda: drop.send_status(b"<a/>", AGENCY, "a")):
        with pytest.raises(TemporaryError, match="mounted"):
            call()
    assert not side.root.exists()


def test_a_folder_that_is_not_ours_to_write_is_a_temporary_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    # Not pytest's folder: it is closed to everybody else, and root has to become somebody else here.
    with tempfile.TemporaryDirectory(prefix="tangthu-drop-") as name:
        place = Path(name)
        monkeypatch.setenv("TANGTHU_CONFIG", str(place / "tangthu.toml"))
        side = file_side(place / "ngoai")
        drop = a_drop(side, ready="rename")
        for one in ("a.zip", "b.zip"):
            (side.root / one).write_bytes(b"x")
        drop.acknowledge(id_of("b.zip"), "done")
        for path in (place, *place.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)

        def acknowledge() -> str:
            with pytest.raises(TemporaryError, match="ours to read and write") as refused:
                drop.acknowledge(id_of("a.zip"), "done")
            return str(refused.value)

        assert "Permission denied" in as_nobody(acknowledge)
        assert sorted(path.name for path in side.root.iterdir()) == ["a.zip", "done"]
        for path in (place, *place.rglob("*")):
            path.chmod(0o755)


def test_a_file_taken_away_meanwhile_is_a_temporary_failure(side: FileSide, tmp_path: Path) -> None:
    drop = a_drop(side, ready="rename")
    (side.root / "a.zip").write_bytes(b"x")
    (one,) = drop.list_received()
    (side.root / "a.zip").unlink()
    with pytest.raises(TemporaryError):
        drop.fetch(one, tmp_path / "in")
    with pytest.raises(TemporaryError):
        drop.acknowledge(one.doc_id, "done")


def test_writers_and_we_at_the_same_time_lose_nothing(side: FileSide, tmp_path: Path) -> None:
    drop = a_drop(side, ready="rename")
    wanted = {f"f{number:03}.zip": os.urandom(5_000) for number in range(120)}

    def write() -> None:
        for name, data in wanted.items():
            (side.root / f"{name}.part").write_bytes(data)
            (side.root / f"{name}.part").rename(side.root / name)

    writer = threading.Thread(target=write)
    writer.start()
    taken: dict[str, bytes] = {}
    while len(taken) < len(wanted):
        for one in drop.list_received():
            taken[one.title] = drop.fetch(one, tmp_path / "in").read_bytes()
            drop.acknowledge(one.doc_id, "done")
    writer.join()
    assert taken == wanted
    assert {path.name: path.read_bytes() for path in (side.root / "done").iterdir()} == wanted
