"""The whole road on real parts, with the worker killed on the way; then everything kept is looked at from outside."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import bagit
import pytest
from sqlalchemy import select

from archive.checkpoints import write_checkpoint
from archive.packages.verify import verify
from archive.register.models import CaseFile, Component, Package, Submission
from archive.register.session import engine, reading, transaction
from archive.settings import ArchiveSettings
from archive.viewer import ALL_AGENCIES, Role, Viewer
from operations.demo import demonstrate
from operations.report import Report
from operations.supervisor import Supervisor
from operations.world import expectations
from search.query import Filters, search
from search.settings import SearchSettings

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
                for member in sip.infolist():  # a list of files has no data/
                    if not member.is_dir():
                        sent[member.CRC, member.file_size] = member.filename
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
    destroyed_word, other_word = "ricoh", "photocopy"
    assert words_in_packages(destroyed_word) == 0
    assert words_in_index(destroyed_word) == 0
    # What is looked for can be found: a word of the held case file's documents is in both places.
    assert words_in_packages("tuyển dụng") > 0
    assert words_in_index("dung") > 0
    assert words_in_index(other_word) == 0  # stands in the destroyed case file alone, too
    sent_by_the_office = home / "lgsp"
    for path in home.rglob("*"):
        if path.is_symlink() or not path.is_file() or path.is_relative_to(sent_by_the_office):
            continue
        data = path.read_bytes()
        assert b"Ricoh" not in data, path
        assert destroyed.file_code not in path.name or path.is_relative_to(home / "plone"), path


def words_in_packages(word: str) -> int:
    """Count the text files, in any package of any store, in which the word stands."""
    count = 0
    for store in ArchiveSettings.load().all_stores:
        for path in store.path.rglob("*.zip"):
            with zipfile.ZipFile(path) as package:
                for name in package.namelist():
                    if name.endswith((".txt", ".xml")):
                        count += word in package.read(name).decode("utf-8", "replace").lower()
    return count


def words_in_index(term: str) -> int:
    """Count the documents in which the embedded index has this folded term."""
    with sqlite3.connect(f"file:{SearchSettings.load().database}?mode=ro", uri=True) as link:
        link.execute("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, words, row)")
        row = link.execute("SELECT doc FROM temp.vocabulary WHERE term = ?", (term,)).fetchone()
    return row[0] if row else 0


def test_the_register_and_the_index_made_again_are_the_same(house_after: tuple[Path, Report]) -> None:
    """Both are deleted; a checkpoint in the stores says what the register was."""
    home, _ = house_after
    with transaction() as session:
        before = write_checkpoint(session, now=datetime.now(UTC))
    assert before is not None
    found = searched("quyet dinh 31/2020")
    engine().dispose()
    for path in (home / "archive").glob("*.db*"):
        path.unlink()
    for path in SearchSettings.load().database.parent.glob(f"{SearchSettings.load().database.name}*"):
        path.unlink()
    tangthu = str(Path(sys.executable).parent / "tangthu")
    done = subprocess.run([tangthu, "rebuild", "--json"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["lost_register"] is True
    assert report["equal"] is True
    assert report["digest_after"] == before.digest
    done = subprocess.run([tangthu, "index", "rebuild"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert searched("quyet dinh 31/2020") == found != []


def searched(query: str) -> list[str]:
    """Return the ids a reader finds, best first."""
    reader = Viewer("docgia", {ALL_AGENCIES: frozenset({Role.RESEARCHER})})
    return [
        hit.case_file_id + hit.record_id
        for hit in search(query, viewer=reader, filters=Filters(), page=1, size=10).hits
    ]


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
