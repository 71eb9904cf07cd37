"""Which stores a deposit asks, when, and what counts."""

from __future__ import annotations

import threading
from hashlib import sha256
from pathlib import Path

import pytest

from archive.depositing import deposit
from archive.errors import TemporaryError
from archive.stores.folder import FolderStore
from archive.stores.interface import Stored

NAME = "a/b/v0001.zip"
DATA = b"package" * 1000
SHA256 = sha256(DATA).hexdigest()


@pytest.fixture
def package(tmp_path: Path) -> Path:
    path = tmp_path / "package"
    path.write_bytes(DATA)
    return path


def folders(tmp_path: Path, *names: str) -> list[FolderStore]:
    for name in names:
        (tmp_path / name).mkdir()
    return [FolderStore(name, tmp_path / name) for name in names]


class Meeting(FolderStore):
    """A store that begins to put only when the others do too."""

    barrier = threading.Barrier(3, timeout=10)

    def put(self, name: str, source: Path) -> Stored:
        self.barrier.wait()
        return super().put(name, source)


def test_all_stores_are_written_at_the_same_time(house: Path, tmp_path: Path, package: Path) -> None:
    folders(tmp_path, "a", "b", "c")
    places = [Meeting(name, tmp_path / name) for name in ("a", "b", "c")]
    assert deposit(package, NAME, SHA256, into=places, required=3) == ["a", "b", "c"]


class Truncating(FolderStore):
    """A store that says yes and keeps the first half."""

    def put(self, name: str, source: Path) -> Stored:
        stored = super().put(name, source)
        path = self._path(name)
        path.write_bytes(path.read_bytes()[: stored.size // 2])
        return stored


def test_a_truncated_package_is_never_listed(house: Path, tmp_path: Path, package: Path) -> None:
    good = folders(tmp_path, "a", "b")
    (tmp_path / "c").mkdir()
    cutting = Truncating("c", tmp_path / "c")
    assert deposit(package, NAME, SHA256, into=[*good, cutting], required=2) == ["a", "b"]
    assert list(cutting.names()) == []
    assert cutting.left(NAME).objects == 1  # in quarantine, for whoever looks into it


def test_a_store_that_just_failed_is_left_alone_while_the_others_suffice(
    house: Path, tmp_path: Path, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders(tmp_path, "a", "b")
    places = "".join(f'[[archive.stores]]\nname = "{n}"\npath = "{tmp_path / n}"\n' for n in ("a", "b", "c"))
    (house / "tangthu.toml").write_text(places)
    with pytest.raises(TemporaryError, match=r"2 good copies of 3: store c: .* not mounted"):
        deposit(package, NAME, SHA256)
    (tmp_path / "c").mkdir()
    monkeypatch.setenv("TANGTHU_ARCHIVE__COPIES_REQUIRED", "2")
    assert deposit(package, NAME, SHA256) == ["a", "b"]
    assert list(FolderStore("c", tmp_path / "c").names()) == [], "it was asked too early"
    monkeypatch.setenv("TANGTHU_ARCHIVE__COPIES_REQUIRED", "3")
    assert deposit(package, NAME, SHA256) == ["a", "b", "c"]
    monkeypatch.setenv("TANGTHU_ARCHIVE__COPIES_REQUIRED", "2")
    assert deposit(package, "a/b/v0002.zip", SHA256) == ["a", "b", "c"], "it answers again"
