"""The whole road on real parts, with the worker killed on the way; then everything kept is looked at from outside."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import bagit
import pytest
from sqlalchemy import select

from archive.packages.verify import verify
from archive.register.models import CaseFile, Component, Package, Submission
from archive.register.session import reading
from archive.settings import ArchiveSettings
from operations.demo import demonstrate
from operations.report import Report
from operations.supervisor import Supervisor
from operations.world import expectations

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def house_after(
    tmp_path_factory: pytest.TempPathFactory, sample_world: Path
) -> Iterator[tuple[Path, Report]]:
    """A home in which the demonstration has run, the worker killed once while it was busy."""
    home = tmp_path_factory.mktemp("road")
    (home / "the-gioi-mau").symlink_to(sample_world)
    killed: list[int] = []

    def kill_the_worker_once(supervisor: Supervisor) -> None:
        with reading() as session:
            busy = session.scalar(select(Submission.id).where(Submission.lease_owner != ""))
        if busy and not killed:
            killed.append(supervisor.pid("worker"))
            os.killpg(killed[0], signal.SIGKILL)

    before = os.environ.get("TANGTHU_CONFIG")
    report = demonstrate(
        home,
        search=os.environ.get("TANGTHU_TEST_SEARCH", "sqlite"),
        say=lambda line: print(line, file=sys.stderr),
        meanwhile=kill_the_worker_once,
    )
    assert killed, "the worker was never busy, so the test did not disturb anything"
    yield home, report
    if before is None:
        del os.environ["TANGTHU_CONFIG"]
    else:
        os.environ["TANGTHU_CONFIG"] = before


def test_every_delivery_and_every_act_came_out_as_it_must(house_after: tuple[Path, Report]) -> None:
    _, report = house_after
    assert report.right, report.table()
    assert len(report.lines) >= 12


def test_every_kept_package_is_a_valid_bag_for_the_reference_tool(
    house_after: tuple[Path, Report], tmp_path: Path
) -> None:
    for path in kept_packages():
        with zipfile.ZipFile(path) as package:
            place = tmp_path / path.parent.name
            package.extractall(place)
        (top,) = place.iterdir()
        bagit.Bag(str(top)).validate()


def test_every_kept_pdfa_passes_the_verapdf_command_line(
    house_after: tuple[Path, Report], tmp_path: Path
) -> None:
    files = []
    for position, path in enumerate(kept_packages()):
        with zipfile.ZipFile(path) as package:
            for name in package.namelist():
                if "/representations/pdfa/data/" in name and name.endswith(".pdf"):
                    target = tmp_path / f"{position}-{len(files)}.pdf"
                    target.write_bytes(package.read(name))
                    files.append(target)
    assert len(files) >= 30
    (jar,) = (ArchiveSettings.load().tools_home / "verapdf").glob("greenfield-apps-*.jar")
    done = subprocess.run(
        [
            "java",
            "-cp",
            str(jar),
            "org.verapdf.apps.GreenfieldCliWrapper",
            "--format",
            "text",
            "-f",
            "2b",
            *map(str, files),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith(("PASS", "FAIL"))]
    assert [line for line in lines if not line.startswith("PASS")] == []
    assert len(lines) == len(files)


def test_originals_are_kept_byte_for_byte(house_after: tuple[Path, Report]) -> None:
    home, _ = house_after
    sent = {}
    for message in (home / "lgsp" / "messages").glob("*.zip"):
        if zipfile.is_zipfile(message):
            with zipfile.ZipFile(message) as sip:
                for name in sip.namelist():
                    if "/data/" in name:
                        sent[sip.getinfo(name).CRC, sip.getinfo(name).file_size] = name
    checked = 0
    for path in kept_packages():
        with zipfile.ZipFile(path) as package:
            for member in package.infolist():
                if "/representations/original/data/" in member.filename:
                    assert (member.CRC, member.file_size) in sent, member.filename
                    checked += 1
    assert checked >= 30


def test_a_damaged_package_is_found_and_the_file_named(
    house_after: tuple[Path, Report], tmp_path: Path
) -> None:
    source = next(iter(kept_packages()))
    with zipfile.ZipFile(source) as package:
        name = next(n for n in package.namelist() if "/representations/original/data/" in n)
        offset = package.getinfo(name).header_offset + 30 + len(name.encode()) + 64
    damaged = tmp_path / "v0001.zip"
    data = bytearray(source.read_bytes())
    data[offset] ^= 0xFF
    damaged.write_bytes(data)
    faults = verify(damaged, schemas=ArchiveSettings.load().tools_home / "schemas")
    assert any(fault.path.endswith(name.partition("/data/")[2].split("/", 1)[1]) for fault in faults), faults


def test_the_destroyed_words_and_bytes_are_nowhere(house_after: tuple[Path, Report]) -> None:
    home, _ = house_after
    destroyed = next(one for one in expectations(home / "lgsp") if one.part == "destroy")
    with reading() as session:
        row = session.scalar(select(CaseFile).where(CaseFile.code == destroyed.file_code))
        assert row is not None
        assert (
            session.scalars(
                select(Component).where(Component.record_id.in_([r.id for r in row.records]))
            ).all()
            == []
        )
    secret_word = b"Ricoh"  # stands only in that case file's documents
    for folder in ("archive/stores", "archive/quarantine"):
        for path in (home / folder).rglob("*"):
            if path.is_file():
                assert secret_word not in path.read_bytes(), path
                assert destroyed.file_code not in path.name
    for path in (home / "archive").glob("*.db*"):
        assert secret_word not in path.read_bytes(), path


def test_rebuilding_gives_the_same_register(house_after: tuple[Path, Report]) -> None:
    tangthu = str(Path(sys.executable).parent / "tangthu")
    done = subprocess.run([tangthu, "rebuild", "--json"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["equal"] is True


def kept_packages() -> list[Path]:
    """Return the files of all packages still in the first store."""
    store = ArchiveSettings.load().all_stores[0].path
    with reading() as session:
        names = session.scalars(
            select(Package.name)
            .join(CaseFile, CaseFile.id == Package.case_file_id)
            .where(CaseFile.state != "destroyed")
        )
        paths = [store / name for name in names]
    assert len(paths) >= 8
    return paths
