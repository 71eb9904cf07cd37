"""What is kept is looked through for viruses again, by a real clamd: told, ledgered, and nothing touched."""

from __future__ import annotations

import errno
import io
import os
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from sqlalchemy import select

from archive import describing
from archive.checkpoints import write_checkpoint
from archive.custody import stores
from archive.describing import Redescription
from archive.ledger.append import read
from archive.ledger.event import Event, Verb
from archive.rebuild import rebuild
from archive.register.models import CaseFile, Package
from archive.register.scans import PackageScan
from archive.register.session import engine, reading, transaction
from ingest.errors import ToolMissingError
from ingest.rescan.found import count_infected, infected, late
from ingest.rescan.round import rescan
from ingest.virus import eicar_bytes
from tests.archive.vault_builders import LAN, NOW, a_case_file
from tests.services.test_virus import CLAMD, _start

pytestmark = [
    pytest.mark.service,
    pytest.mark.skipif(CLAMD is None, reason="clamd is not installed (Debian package clamav-daemon)"),
]
BAD_SECTOR = a_case_file().with_(code="0.2014.QD")
DAY = timedelta(days=1)
LATER = NOW + DAY


class _Broken(io.FileIO):
    """A file with a bad sector at `at`."""

    def __init__(self, path: str, at: int) -> None:
        super().__init__(path, "rb")
        self.at = at

    def readinto(self, buffer: Any) -> int:
        if self.tell() <= self.at < self.tell() + len(buffer):
            raise OSError(errno.EIO, "Input/output error")
        return super().readinto(buffer)


class OnABadDisk:
    """A folder store whose disk cannot read one place of one package."""

    def __init__(self, store: Any, name: str, at: int) -> None:
        self._store, self._bad, self._at = store, name, at

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def open(self, name: str) -> BinaryIO:
        if name != self._bad:
            return self._store.open(name)  # type: ignore[no-any-return]
        with self._store.open(name) as file:
            return io.BufferedReader(_Broken(file.name, self._at), 1)  # reads no further than asked


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    running = _start(tmp_path_factory.mktemp("clamd"))
    yield running.address
    running.process.kill()
    running.process.wait()


@pytest.fixture
def three_kept(house: Path, address: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Three case files, the EICAR test file in the second; names of their packages."""
    monkeypatch.setenv("TANGTHU_INGEST__CLAMD_SOCKET", str(address))
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    names = []
    for number in range(3):
        case = a_case_file().with_(code=f"{number}.2014.QD", extra=(eicar_bytes(),) if number == 1 else ())
        case.kept(house / "work")
        names.append(case.facts().name)
    return names


def events() -> list[Event]:
    with reading() as session:
        return [event for event in read(session) if event.verb is Verb.VIRUS_CHECK]


def what_lies_there(house: Path) -> dict[str, bytes]:
    root = house / "archive/stores"
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*.zip")}


def test_a_virus_in_what_is_kept_is_told_and_ledgered_and_nothing_is_touched(
    house: Path, three_kept: list[str]
) -> None:
    before = what_lies_there(house)
    done = rescan(LATER, everything=True)
    assert (done.packages, done.files, done.infected, done.unread) == (3, 7, [three_kept[1]], [])
    batch, told = sorted(events(), key=lambda event: event.object_kind)
    assert (batch.object_kind, len(batch.payload["clean"])) == ("holdings", 2)
    assert told.object_kind == "package"
    assert [one["signature"] for one in told.payload["infected"]] == ["Tangthu.Test.EICAR.UNOFFICIAL"]
    assert all(event.payload["engine"].startswith("ClamAV") for event in (batch, told))
    assert what_lies_there(house) == before
    with reading() as session:
        assert [package.name for package, _ in infected(session)] == [three_kept[1]]
        assert count_infected(session) == 1
        assert set(session.scalars(select(PackageScan.scanned_at))) == {batch.at, told.at}
    assert rescan(LATER + DAY).packages == 0  # nothing is due so soon


def test_a_lost_register_still_knows_what_was_found(house: Path, three_kept: list[str]) -> None:
    rescan(LATER, everything=True)
    with transaction() as session:
        write_checkpoint(session, now=LATER)
    engine().dispose()
    for file in (house / "archive").glob("register.db*"):
        file.unlink()
    assert rebuild(now=LATER + DAY).equal
    with reading() as session:
        assert [package.name for package, _ in infected(session)] == [three_kept[1]]


def test_each_package_is_looked_through_once_in_its_period(
    three_kept: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANGTHU_INGEST__RESCAN_DAYS", "9")
    rescan(LATER)
    looked = [rescan(LATER + day * DAY).packages for day in range(1, 11)]
    assert sum(looked) == 3
    assert max(looked) == 1
    with reading() as session:
        assert late(session, LATER + 10 * DAY) == 0
        assert late(session, LATER + 30 * DAY) == 3


def test_a_damaged_copy_is_not_taken_for_the_record(house: Path, three_kept: list[str]) -> None:
    content = a_case_file().with_(code="0.2014.QD").contents()[0]
    path = house / "archive/stores/kho-a" / three_kept[0]
    data = bytearray(path.read_bytes())
    data[data.index(content) + 5] ^= 0xFF
    path.write_bytes(bytes(data))
    for name in three_kept[1:]:
        (house / "archive/stores/kho-a" / name).unlink()
    done = rescan(LATER, everything=True)
    assert (done.packages, done.infected, done.unread) == (3, [three_kept[1]], [])
    for store in ("kho-b", "kho-c"):
        (house / "archive/stores" / store / three_kept[0]).unlink()
    done = rescan(LATER + DAY, everything=True)
    assert done.unread == [three_kept[0]], "no good copy: not clean, and left for the round of the copies"


def test_without_clamd_nothing_is_noted_and_everything_stays_due(
    three_kept: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANGTHU_INGEST__CLAMD_SOCKET", str(tmp_path / "nobody.sock"))
    with pytest.raises(ToolMissingError):
        rescan(LATER, everything=True)
    assert events() == []
    with reading() as session:
        assert set(session.scalars(select(PackageScan.scanned_at))) == {NOW}
        assert len(session.scalars(select(Package)).all()) == 3


def test_a_sector_that_cannot_be_read_costs_one_copy_and_not_the_round(three_kept: list[str]) -> None:
    places = stores()
    with places[0].open(three_kept[0]) as file:
        content = BAD_SECTOR.contents()[0]
        at = file.read().index(content) + len(content) - 1
    done = rescan(LATER, places=[OnABadDisk(places[0], three_kept[0], at), *places[1:]], everything=True)
    assert (done.packages, done.files, done.unread) == (3, 7, []), "another store's copy was looked through"
    bad = [OnABadDisk(place, three_kept[0], at) for place in places]
    done = rescan(LATER + DAY, places=bad, everything=True)
    assert (done.packages, done.unread) == (2, [three_kept[0]])


def test_a_first_version_without_its_originals_is_not_clean(house: Path, three_kept: list[str]) -> None:
    for place in (house / "archive/stores").iterdir():
        path = place / three_kept[0]
        with zipfile.ZipFile(path) as full:
            members = {name: full.read(name) for name in full.namelist() if "/original/data/" not in name}
        path.unlink()
        with zipfile.ZipFile(path, "w") as less:
            for name, data in members.items():
                less.writestr(name, data)
    done = rescan(LATER, everything=True)
    assert (done.packages, done.unread) == (2, [three_kept[0]])


def test_a_version_that_only_describes_has_no_originals_and_is_clean(three_kept: list[str]) -> None:
    with reading() as session:
        row = session.scalars(select(CaseFile).where(CaseFile.code == "0.2014.QD")).one()
    new = Redescription(dict(row.description), "Tiêu đề mới", row.access, ("Title",), "Viết nhầm", 1)
    describing.describe(row.id, new, viewer=LAN, now=NOW)
    done = rescan(LATER, everything=True)
    assert (done.packages, done.files, done.unread) == (4, 7, [])


def test_the_clause_of_a_rescan_is_called_our_own_reading(three_kept: list[str]) -> None:
    rescan(LATER, everything=True)
    assert {event.basis for event in events()} == {
        "QCVN 12:2026/BCA 2.2.12.2.2 (theo cách hiểu của hệ thống)"
    }
