"""A folder as a store: whole or not at all, never overwritten, never outside."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from archive.errors import AlreadyStoredError, ArchiveError, NotFoundError, TemporaryError
from archive.stores.folder import CLEARED, NOTHING, FolderStore
from archive.stores.naming import BadNameError


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    (tmp_path / "store").mkdir()
    return FolderStore("kho", tmp_path / "store")


def a_file(folder: Path, data: bytes = b"data", name: str = "source") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_what_is_put_can_be_opened_sized_and_listed(store: FolderStore, tmp_path: Path) -> None:
    assert store.put("lang-son/H37/2014/Hồ sơ 1/v0001.zip", a_file(tmp_path)).size == 4
    with store.open("lang-son/H37/2014/Hồ sơ 1/v0001.zip") as stream:
        assert stream.read() == b"data"
        assert stream.seek(1) == 1
    assert store.size("lang-son/H37/2014/Hồ sơ 1/v0001.zip") == 4
    assert list(store.names()) == ["lang-son/H37/2014/Hồ sơ 1/v0001.zip"]
    assert files(tmp_path / "store") == ["lang-son/H37/2014/Hồ sơ 1/v0001.zip"]


def test_the_same_bytes_twice_is_fine_and_other_bytes_are_refused(store: FolderStore, tmp_path: Path) -> None:
    store.put("a/b", a_file(tmp_path))
    store.put("a/b", a_file(tmp_path))
    with pytest.raises(AlreadyStoredError, match="store kho already holds other bytes as a/b"):
        store.put("a/b", a_file(tmp_path, b"DATA"))
    assert (tmp_path / "store/a/b").read_bytes() == b"data"
    assert files(tmp_path / "store") == ["a/b"]


def test_two_writers_of_one_name_leave_one_whole_object(store: FolderStore, tmp_path: Path) -> None:
    sources = [a_file(tmp_path, bytes([n]) * 100_000, f"s{n}") for n in range(8)]

    def put(source: Path) -> bool:
        try:
            store.put("same/name", source)
        except AlreadyStoredError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(put, sources)) == 1
    assert len(set((tmp_path / "store/same/name").read_bytes())) == 1
    assert files(tmp_path / "store") == ["same/name"]


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/etc/passwd",
        "../out",
        "a/../../out",
        "a//b",
        "a/./b",
        "a/",
        ".quarantine/x",
        "a/.tmp-1",
        "a\0b",
        "a\\b",
        "x" * 256,
    ],
)
def test_a_name_that_could_leave_the_folder_is_refused(store: FolderStore, tmp_path: Path, name: str) -> None:
    source = a_file(tmp_path)
    for act in (lambda: store.put(name, source), lambda: store.open(name), lambda: store.size(name)):
        with pytest.raises(BadNameError):
            act()
    with pytest.raises(BadNameError):
        store.erase(name)
    with pytest.raises(BadNameError):
        store.quarantine(name)


def test_names_are_sorted_as_whole_names_and_filtered_by_prefix(store: FolderStore, tmp_path: Path) -> None:
    wanted = sorted(["a/b", "a-b", "a/b/c".replace("b/c", "c/d"), "ab", "b"])
    for name in wanted:
        store.put(name, a_file(tmp_path))
    assert list(store.names()) == wanted
    assert list(store.names("a/")) == ["a/b", "a/c/d"]
    assert list(store.names("a/c")) == ["a/c/d"]
    assert list(store.names("nothing")) == []


def test_what_is_not_there_is_not_found(store: FolderStore) -> None:
    assert store.size("a/b") is None
    with pytest.raises(NotFoundError, match="store kho has no a/b"):
        store.open("a/b")


def test_a_store_that_is_not_mounted_says_so_and_is_not_made(tmp_path: Path) -> None:
    store = FolderStore("xa", tmp_path / "away")
    for act in (
        lambda: store.put("a", a_file(tmp_path)),
        lambda: store.size("a"),
        lambda: store.open("a"),
        lambda: store.quarantine("a"),
        lambda: store.left("a"),
        lambda: list(store.names()),
        lambda: store.erase("a"),
    ):
        with pytest.raises(TemporaryError, match=r"store xa: .*not mounted"):
            act()
    assert not (tmp_path / "away").exists()


def test_a_missing_source_is_no_fault_of_the_store(store: FolderStore, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="is not there, so a cannot be stored"):
        store.put("a", tmp_path / "nothing")


def test_a_disk_error_names_the_store_and_leaves_nothing(store: FolderStore, tmp_path: Path) -> None:
    store.put("a", a_file(tmp_path))
    with pytest.raises(TemporaryError, match="store kho: a/b: File exists"):
        store.put("a/b", a_file(tmp_path))
    assert files(tmp_path / "store") == ["a"]


FULL = """
import resource, signal, sys
from pathlib import Path
from archive.errors import TemporaryError
from archive.stores.folder import FolderStore
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, 1_500_000))
try:
    FolderStore("day", Path(sys.argv[1])).put("big/one", Path(sys.argv[2]))
except TemporaryError as error:
    print(error)
"""


def test_a_file_that_does_not_fit_is_stored_not_at_all(store: FolderStore, tmp_path: Path) -> None:
    # The kernel refuses the write half-way, as a full disk does.
    assert resource.RLIMIT_FSIZE
    source = a_file(tmp_path, os.urandom(3_000_000))
    result = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path / "store"), str(source)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.startswith("store day: big/one: File too large")
    assert files(tmp_path / "store") == []


def test_a_full_disk_is_a_temporary_error(tmp_path: Path) -> None:
    """On a real file system of 1 MB, where we may mount one."""
    mount = tmp_path / "full"
    mount.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", mount], capture_output=True
    ).returncode:
        pytest.skip("no right to mount a small file system here")
    try:
        with pytest.raises(TemporaryError, match="store day: big: No space left on device"):
            FolderStore("day", mount).put("big", a_file(tmp_path, os.urandom(3_000_000)))
        assert files(mount) == []
    finally:
        subprocess.run(["umount", mount], check=True)


def test_quarantine_moves_aside_and_never_deletes(store: FolderStore, tmp_path: Path) -> None:
    store.put("a/b", a_file(tmp_path))
    first = store.quarantine("a/b")
    store.put("a/b", a_file(tmp_path, b"two"))
    second = store.quarantine("a/b")
    assert first != second
    assert (tmp_path / "store" / first).read_bytes() == b"data"
    assert (tmp_path / "store" / second).read_bytes() == b"two"
    assert store.size("a/b") is None
    assert list(store.names()) == []
    assert store.left("a/b").objects == 2


def test_erase_overwrites_before_it_removes(store: FolderStore, tmp_path: Path) -> None:
    store.put("a/b/v1.zip", a_file(tmp_path, b"secret" * 1000))
    other_name = tmp_path / "linked"
    os.link(tmp_path / "store/a/b/v1.zip", other_name)  # another name for the same blocks on disk
    assert store.erase("a/b/v1.zip") == CLEARED
    assert other_name.read_bytes() == bytes(6000)
    assert not (tmp_path / "store/a").exists()


def test_erase_takes_quarantined_remains_too_and_leaves_neighbours(
    store: FolderStore, tmp_path: Path
) -> None:
    store.put("a/b/v1.zip", a_file(tmp_path))
    store.quarantine("a/b/v1.zip")
    store.put("a/b/v1.zip", a_file(tmp_path))
    store.put("a/b/v2.zip", a_file(tmp_path))
    store.erase("a/b/v1.zip")
    assert files(tmp_path / "store") == ["a/b/v2.zip"]
    assert store.left("a/b/v1.zip").objects == 0


KILLED = """
import os, signal, sys
from pathlib import Path
from archive.stores import folder
copy = folder._copy
def die(source, target):
    copy(source, target)
    os.kill(os.getpid(), signal.SIGKILL)
folder._copy = die
folder.FolderStore("kho", Path(sys.argv[1])).put("a/v1.zip", Path(sys.argv[2]))
"""


def test_a_killed_writer_leaves_no_object_and_erase_finds_its_remains(
    store: FolderStore, tmp_path: Path
) -> None:
    source = a_file(tmp_path, b"secret")
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / "store"), str(source)], check=False)
    assert list(store.names()) == []
    assert len(files(tmp_path / "store")) == 1
    assert store.erase("a/v1.zip") == CLEARED
    assert files(tmp_path / "store") == []


def test_erasing_again_removes_the_empty_folders_a_killed_process_left(
    store: FolderStore, tmp_path: Path
) -> None:
    for left in ("a/b", ".quarantine/a"):
        (tmp_path / "store" / left).mkdir(parents=True)
    assert store.erase("a/b/c/v1.zip") == NOTHING
    assert list((tmp_path / "store").iterdir()) == []


def test_erasing_nothing_is_fine_and_says_so(store: FolderStore) -> None:
    assert store.erase("a/b") == NOTHING


def test_the_word_for_erasing_promises_no_purge() -> None:
    assert CLEARED.startswith("clear (NIST SP 800-88)")
    assert "not a purge" in CLEARED
