"""A deposit over two folders and a bucket at the end of a bad line: it waits or goes on by policy, never half-done."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from archive.custody import deposit, examine
from archive.errors import TemporaryError
from archive.stores.folder import FolderStore
from archive.stores.interface import Store
from archive.stores.s3 import S3Store
from tests.services.bad_line import BadLine
from tests.services.s3_server import S3Server, a_store, free_ports

pytestmark = pytest.mark.service
NAME = "lang-son/000.00.01.H37/2014/01/v0001.zip"
DATA = random.Random(5).randbytes(6_000_000)  # two pieces
SHA256 = sha256(DATA).hexdigest()
HASTY = {"attempts": 1, "connect_seconds": 2, "read_seconds": 3, "slowest": 5_000_000}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    path = tmp_path / "package.zip"
    path.write_bytes(DATA)
    return path


@pytest.fixture
def folders(tmp_path: Path) -> list[Store]:
    for name in ("gan", "xa"):
        (tmp_path / name).mkdir()
    return [FolderStore(name, tmp_path / name) for name in ("gan", "xa")]


@pytest.fixture
def line(s3_server: S3Server) -> Iterator[BadLine]:
    line = BadLine(s3_server.port)
    yield line
    line.close()


@pytest.mark.parametrize(
    ("trouble", "says"),
    [
        ("cut-upload", "does not answer"),
        ("cut-answer", "just written is unreachable"),
        ("slow-upload", "does not answer"),
        ("slow-answer", "just written is unreachable"),
        ("lies", "gave other bytes back"),
        ("full", "the server says InsufficientStorage"),
    ],
)
def test_a_deposit_waits_for_its_third_copy_and_the_two_good_ones_stay(
    house: Path,
    s3_server: S3Server,
    folders: list[Store],
    package: Path,
    line: BadLine,
    trouble: str,
    says: str,
) -> None:
    direct = a_store(s3_server, "plain")
    store = a_store(s3_server, "plain", endpoint=line.url, prefix=direct._set.prefix, **HASTY)
    places = [*folders, store]
    store._require_care()
    line.trouble = trouble
    begun = time.monotonic()
    with pytest.raises(TemporaryError, match=f"2 good copies of 3: store kho.*({says})"):
        deposit(package, NAME, SHA256, into=places, required=3)
    assert time.monotonic() - begun < 60
    # What the bucket lists, if anything, is whole: the good answer never reached us.
    for name in direct.names():
        assert examine(name, SHA256, [direct]) == {"kho": "verified"}
    if trouble in ("cut-upload", "slow-upload", "full"):
        assert list(direct.names()) == []
    assert examine(NAME, SHA256, folders) == {"gan": "verified", "xa": "verified"}
    line.trouble = ""
    calm = a_store(s3_server, "plain", endpoint=line.url, prefix=direct._set.prefix)
    assert deposit(package, NAME, SHA256, into=[*folders, calm], required=3) == ["gan", "xa", "kho"]
    assert list(direct.names()) == [NAME]


def test_where_two_copies_suffice_a_deposit_goes_on_without_a_server_that_is_gone(
    house: Path, folders: list[Store], package: Path, s3_server: S3Server
) -> None:
    gone = a_store(s3_server, "plain", endpoint=f"http://127.0.0.1:{free_ports(1)[0]}", **HASTY)
    with pytest.raises(TemporaryError, match=r"2 good copies of 3: store kho: .* does not answer"):
        deposit(package, NAME, SHA256, into=[*folders, gone], required=3)
    assert deposit(package, NAME, SHA256, into=[*folders, gone], required=2) == ["gan", "xa"]


def test_a_server_killed_in_the_middle_of_a_put_lists_nothing_and_takes_it_later(
    house: Path, folders: list[Store], package: Path
) -> None:
    server = S3Server.fresh()
    line = BadLine(server.port)
    try:
        server.start()
        server.make_bucket("plain")
        store = a_store(server, "plain", endpoint=line.url, parts_at_once=1, attempts=1)
        store._require_care()
        killed = threading.Event()
        line.trouble, line.after = "cut-upload", 5_500_000
        line.at_cut = lambda: (server.kill(), killed.set())
        with pytest.raises(TemporaryError, match="2 good copies of 3"):
            deposit(package, NAME, SHA256, into=[*folders, store], required=3)
        assert killed.wait(20)
        server.start()
        line.trouble = ""
        assert list(store.names()) == []
        assert store.size(NAME) is None
        assert store.left(NAME).objects == 1, "the first piece is still there: a half-sent upload"
        assert deposit(package, NAME, SHA256, into=[*folders, store], required=3) == ["gan", "xa", "kho"]
        store.erase(NAME)
        assert store.left(NAME).objects == 0
    finally:
        line.close()
        server.remove()


def test_reading_goes_on_where_an_answer_broke_off(s3_server: S3Server, package: Path, line: BadLine) -> None:
    direct = a_store(s3_server, "plain")
    direct.put(NAME, package)
    store: S3Store = a_store(
        s3_server, "plain", endpoint=line.url, prefix=direct._set.prefix, **{**HASTY, "attempts": 10}
    )
    line.trouble, line.after = "cut-answer", 1_000_000
    with store.open(NAME) as stream:
        assert sha256(stream.read()).hexdigest() == SHA256
