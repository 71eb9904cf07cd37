"""One contract for every kind of store: on folders, and on a real SeaweedFS, with and without versions."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from archive.errors import AlreadyStoredError, ArchiveError, NotFoundError
from archive.stores.folder import FolderStore
from archive.stores.interface import Store
from archive.stores.naming import BadNameError
from archive.stores.s3 import S3Store
from tests.services.s3_server import S3Server, a_store

pytestmark = pytest.mark.service

NAME = "lang-son/000.00.01.H37/2014/Hồ sơ 1+2 %20&?#/v0001.zip"
Make = Callable[[], Store]


@pytest.fixture(params=["folder", "s3", "s3 with versions"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """An empty store."""
    if request.param == "folder":
        (tmp_path / "store").mkdir()
        return FolderStore("kho", tmp_path / "store")
    server: S3Server = request.getfixturevalue("s3_server")
    return a_store(server, "versions" if "versions" in request.param else "plain")


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    def make(data: bytes = b"data", name: str = "source") -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    yield make


Source = Callable[..., Path]


def test_what_is_put_can_be_opened_sized_and_listed(store: Store, source: Source) -> None:
    assert store.put(NAME, source()).size == 4
    with store.open(NAME) as stream:
        assert stream.read() == b"data"
        assert stream.seek(1) == 1
        assert stream.read(2) == b"at"
    assert store.size(NAME) == 4
    assert list(store.names()) == [NAME]
    assert store.left(NAME).objects == 1


def test_nothing_is_a_file_too(store: Store, source: Source) -> None:
    store.put("a/empty", source(b""))
    assert store.size("a/empty") == 0
    with store.open("a/empty") as stream:
        assert stream.read() == b""


def test_the_same_bytes_twice_is_fine_and_other_bytes_are_refused(store: Store, source: Source) -> None:
    store.put(NAME, source())
    store.put(NAME, source())
    with pytest.raises(AlreadyStoredError, match="already holds other bytes"):
        store.put(NAME, source(b"DATA"))
    with store.open(NAME) as stream:
        assert stream.read() == b"data"
    assert store.left(NAME).objects == 1


def test_a_large_file_goes_in_and_is_read_at_any_place(store: Store, source: Source) -> None:
    data = random.Random(1).randbytes(13_000_001)  # three pieces of 5 MiB in S3
    path = source(data)
    assert store.put("a/large", path).size == len(data)
    with store.open("a/large") as stream:
        assert stream.read() == data
        for at, length in ((0, 10), (5_242_870, 20), (12_999_990, 100), (7, 70_000), (13_000_001, 1)):
            assert stream.seek(at) == at
            assert stream.read(length) == data[at : at + length]
        assert stream.seek(-22, os.SEEK_END) == len(data) - 22
        assert stream.read() == data[-22:]
    with pytest.raises(AlreadyStoredError):
        store.put("a/large", source(data[:-1] + bytes([data[-1] ^ 1])))


def test_two_writers_of_one_name_leave_one_whole_object(store: Store, source: Source) -> None:
    sources = [source(bytes([n]) * 100_000, f"s{n}") for n in range(8)]

    def put(path: Path) -> bool:
        try:
            store.put("same/name", path)
        except AlreadyStoredError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(put, sources)) == 1
    with store.open("same/name") as stream:
        assert len(set(stream.read())) == 1
    assert store.left("same/name").objects == 1


BAD_NAMES = (
    *("", "/etc/passwd", "../out", "a/../../out", "a//b", "a/./b", "a/", ".quarantine/x"),
    *("a/.t", "a\0b", "a\\b", "x" * 256),
)


def test_a_name_that_could_leave_the_store_is_refused(store: Store, source: Source) -> None:
    path = source()
    for name in BAD_NAMES:
        for act in (
            *(store.open, store.size, store.quarantine, store.erase, store.left),
            lambda name: store.put(name, path),
        ):
            with pytest.raises(BadNameError):
                act(name)


def test_names_are_those_that_begin_with_a_prefix(store: Store, source: Source) -> None:
    wanted = sorted(["a/b", "a-b", "a/c/d", "ab", "b"])
    for name in wanted:
        store.put(name, source())
    store.put("a/c/gone", source())
    store.quarantine("a/c/gone")
    assert sorted(store.names()) == wanted
    assert sorted(store.names("a/")) == ["a/b", "a/c/d"]
    assert list(store.names("a/c")) == ["a/c/d"]
    assert list(store.names("nothing")) == []


def test_what_is_not_there_is_not_found(store: Store, source: Source) -> None:
    assert store.size("a/b") is None
    for act in (store.open, store.quarantine):
        with pytest.raises(NotFoundError, match="store kho has no a/b"):
            act("a/b")
    with pytest.raises(ArchiveError, match="is not there, so a cannot be stored"):
        store.put("a", source().parent / "nothing")


def test_quarantine_moves_aside_and_never_deletes(store: Store, source: Source) -> None:
    store.put(NAME, source())
    first = store.quarantine(NAME)
    assert first.startswith(f".quarantine/{NAME}/")
    assert store.size(NAME) is None
    store.put(NAME, source(b"two"))
    assert store.quarantine(NAME) != first
    assert list(store.names()) == []
    assert store.left(NAME).objects == 2
    store.put(NAME, source(b"three"))
    with store.open(NAME) as stream:
        assert stream.read() == b"three"


def test_erase_takes_quarantined_remains_too_and_leaves_neighbours(store: Store, source: Source) -> None:
    store.put("a/v1.zip", source())
    store.quarantine("a/v1.zip")
    store.put("a/v1.zip", source())
    for neighbour in ("a/v1.zip.asc", "a/v10.zip", "a/v1"):
        store.put(neighbour, source())
    assert store.erase("a/v1.zip").startswith("clear (NIST SP 800-88)")
    assert store.left("a/v1.zip").objects == 0
    assert sorted(store.names()) == ["a/v1", "a/v1.zip.asc", "a/v10.zip"]
    assert store.erase("a/v1.zip") == "not applicable: nothing was there"
    store.put("a/v1.zip", source(b"anew"))
    assert store.size("a/v1.zip") == 4


def test_a_word_for_erasing_promises_no_purge(store: Store, source: Source) -> None:
    from archive.receipt_words import understood

    store.put("a/b", source())
    how = store.erase("a/b")
    assert "not a purge" in how
    assert understood(how)


def test_the_server_has_what_the_interface_says(s3_server: S3Server, source: Source) -> None:
    """What is seen through the store is what a plain client sees: no second truth."""
    store = a_store(s3_server, "plain")
    assert isinstance(store, S3Store)
    store.put(NAME, source())
    client = s3_server.client()
    found = client.head_object(Bucket="plain", Key=store._set.prefix + NAME, ChecksumMode="ENABLED")
    assert found["ChecksumSHA256"] == "Om6weQ85rIfJTzhWst0sXREOaBFgImGpqSPTuyOtyLc="
    assert found["ContentLength"] == 4
