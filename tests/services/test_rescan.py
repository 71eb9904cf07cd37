"""What is kept is looked through for viruses again, by a real clamd: told, ledgered, and nothing touched."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.checkpoints import write_checkpoint
from archive.ledger.append import read
from archive.ledger.event import Event, Verb
from archive.rebuild import rebuild
from archive.register.models import Package
from archive.register.scans import PackageScan
from archive.register.session import engine, reading, transaction
from ingest.errors import ToolMissingError
from ingest.rescan import infected, late, rescan
from ingest.virus import eicar_bytes
from tests.archive.vault_builders import NOW, a_case_file
from tests.services.test_virus import CLAMD, _start

pytestmark = [
    pytest.mark.service,
    pytest.mark.skipif(CLAMD is None, reason="clamd is not installed (Debian package clamav-daemon)"),
]
DAY = timedelta(days=1)
LATER = NOW + DAY


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
