"""A part that is down makes a delivery wait, with a reason and a next try; nothing goes on unchecked meanwhile."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import Scanner
from deliveries import (
    ROOT,
    a_good_case_file,
    a_report,
    a_worker,
    advanced_apart,
    descendants,
    packed,
    row_of,
    send,
    steps_of,
    the_wait_is_over,
)
from sqlalchemy import func, select

from archive import custody
from archive.errors import TemporaryError
from archive.ledger.append import append
from archive.ledger.event import Event, Verb
from archive.ledger.follow import Follower, behind, follow_all
from archive.ledger.rows import CursorRow, EventRow
from archive.patience import Patience
from archive.reason import told_text
from archive.register.models import Component, Submission
from archive.register.session import reading, transaction
from archive.settings import ArchiveSettings
from archive.stores.folder import FolderStore
from ingest import pipeline, quarantine
from ingest.reception import receive
from operations import doctor
from tests.samples.case_file import Made

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]


def until(holds: Callable[[], object], *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def waits(submission_id: str, step: str, *names: str) -> Submission:
    """Check that the submission waits at a step for what is named, with a next try."""
    row = row_of(submission_id)
    assert row.step == step, (row.state, row.waiting, [finding.code for finding in row.findings])
    for name in names:
        assert name in told_text(row.waiting, "en")
    assert row.attempts >= 1
    assert row.not_before is not None
    assert row.not_before > datetime.now(UTC) - timedelta(minutes=5)
    assert step not in [done.step for done in row.steps]
    return row


def sign(name: str) -> doctor.Sign:
    return next(one for one in doctor.examine() if one.name == name)


def stored_events() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).where(EventRow.verb == Verb.STORE)) or 0


# clamd


def test_without_clamd_a_delivery_waits_unscanned_and_goes_on_when_it_is_back(
    town: Path, good_sip: Path, scanner: Scanner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANGTHU_INGEST__CLAMD_SOCKET", str(scanner.socket))
    submission_id = send(good_sip)
    assert pipeline.advance(submission_id) == "waiting"
    waits(submission_id, "scan", "clamd")
    assert steps_of(submission_id) == ["unpack", "join"]
    assert (
        sign("virus scanner").well is False
    )  # the town's queue is elsewhere: nobody will start clamd for it
    assert str(scanner.socket) in sign("virus scanner").remedy
    first = row_of(submission_id).not_before
    assert pipeline.advance(submission_id) == "waiting"
    second = row_of(submission_id)
    assert first is not None
    assert second.not_before is not None
    assert (second.attempts, second.not_before > first) == (2, True)
    scanner.start()
    assert pipeline.advance(submission_id) == "stored"
    row = row_of(submission_id)
    assert (row.waiting, row.attempts, row.not_before) == ("", 0, None)


def test_clamd_killed_while_it_scans_leaves_nothing_passed(
    town: Path, good_sip: Path, scanner: Scanner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANGTHU_INGEST__CLAMD_SOCKET", str(scanner.socket))
    pid = scanner.start()
    submission_id = send(good_sip)
    os.kill(pid, signal.SIGSTOP)  # it takes the connection and does not answer
    came: list[str] = []
    worker = threading.Thread(target=lambda: came.append(pipeline.advance(submission_id)))
    worker.start()
    until(lambda: row_of(submission_id).step == "scan")
    until(lambda: Path("/proc/net/unix").read_text().count(str(scanner.socket)) > 1)  # listening, and asked
    scanner.kill()
    worker.join(60)
    assert came == ["waiting"]
    waits(submission_id, "scan", "clamd")
    scanner.start()
    assert pipeline.advance(submission_id) == "stored"


# veraPDF, Java


@pytest.fixture
def tools_without_verapdf(town: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """A tools folder that lacks the jar; returns where it belongs and where it really is."""
    real = ArchiveSettings.load().tools_home.resolve()
    (jar,) = (real / "verapdf").glob("greenfield-apps-*.jar")
    tools = town / "tools"
    (tools / "verapdf").mkdir(parents=True)
    (tools / "schemas").symlink_to(real / "schemas")
    monkeypatch.setenv("TANGTHU_ARCHIVE__TOOLS", str(tools))
    return tools / "verapdf" / jar.name, jar


def test_without_verapdf_nothing_is_converted_and_the_doctor_says_why(
    tools_without_verapdf: tuple[Path, Path], good_sip: Path
) -> None:
    place, jar = tools_without_verapdf
    submission_id = send(good_sip)
    assert advanced_apart(submission_id) == "waiting"
    waits(submission_id, "normalise", "veraPDF", "make setup")
    missing = sign("veraPDF")
    assert (missing.well, missing.remedy) == (False, "run `make setup`")
    assert submission_id[:8] in sign("waiting").found
    assert "veraPDF" in sign("waiting").found
    shutil.copyfile(jar, place)
    assert sign("veraPDF").well is True
    assert advanced_apart(submission_id) == "stored"
    assert sign("waiting").well is True


def test_without_java_it_waits_and_the_doctor_says_so(
    town: Path, good_sip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = town / "bin"
    programs.mkdir()
    for folder in os.environ["PATH"].split(os.pathsep):
        for one in Path(folder).glob("*"):
            link = programs / one.name
            if one.name not in ("java", "javac") and not link.is_symlink():
                link.symlink_to(one)
    submission_id = send(good_sip)
    with monkeypatch.context() as bare:
        bare.setenv("PATH", str(programs))
        assert advanced_apart(submission_id) == "waiting"
        waits(submission_id, "normalise", "veraPDF", "java")
        missing = sign("java")
        assert (missing.well, missing.found) == (False, "not found")
        assert "make setup" in missing.remedy
    assert advanced_apart(submission_id) == "stored"


def is_judging(pid: int, line: str) -> bool:
    """Say whether this is a veraPDF JVM that has a PDF open."""
    if "VeraServe" not in line:
        return False
    try:
        return any(entry.readlink().suffix == ".pdf" for entry in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return False


def test_a_jvm_killed_while_it_judges_never_lets_a_file_pass_unjudged(town: Path, good_sip: Path) -> None:
    submission_id = send(good_sip)
    killed: list[int] = []
    with a_worker(submission_id) as worker:
        while worker.poll() is None:
            killed += [pid for pid, line in descendants(worker.pid).items() if is_judging(pid, line)][
                : not killed
            ]
            for pid in killed:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.002)
        out, err = worker.communicate()
    assert len(killed) == 1
    assert out.strip() == "stored", (err, row_of(submission_id).waiting)
    with reading() as session:
        pdfa = session.scalars(select(Component).where(Component.role == "pdfa")).one()
    assert pdfa.facts["verapdf"]["compliant"] is True


# LibreOffice


def test_an_office_file_that_hangs_libreoffice_fails_alone_and_leaves_no_process(
    town: Path, tmp_path: Path
) -> None:
    plan = a_good_case_file().of("lang-son-so-noi-vu").called("78.TH", "Hồ sơ có tệp làm treo chương trình")
    letters = [
        replace(a_report(Made.WORD, number=str(number)), subject=f"Thông báo lần thứ {number}")
        for number in (1, 2, 3)
    ]
    submission_id = send(packed(plan.with_document(*letters), tmp_path / "sip.zip"), agency=plan.office.code)
    stopped: set[int] = set()
    with a_worker(submission_id, TANGTHU_INGEST__CONVERT_SECONDS="40") as worker:
        while worker.poll() is None:
            for pid, line in descendants(worker.pid).items():
                if pid not in stopped and "soffice.bin" in line.split(" ")[0] and "0001.docx" in line:
                    os.kill(pid, signal.SIGSTOP)
                    stopped.add(pid)
            time.sleep(0.05)
        out, err = worker.communicate()
    assert out.strip() == "returned", (err, row_of(submission_id).waiting)
    assert len(stopped) == 2  # once in the batch, once alone
    row = row_of(submission_id)
    failed = [finding for finding in row.findings if finding.severity == "error"]
    assert [finding.code for finding in failed] == ["PDFA_FAILED"]
    assert re.search(r"seconds\W+40\b", str(failed[0].params)), failed[0].params
    done = next(step for step in row.steps if step.step == "normalise")
    assert done.result["derivatives"] == 2
    assert [pid for pid in stopped if Path(f"/proc/{pid}").exists()] == []


# stores and disks


class Disk:
    """A small disk of its own: a tmpfs; where mounting is not permitted, the test says so and is skipped."""

    def __init__(self, path: Path, size: str) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._mount(f"size={size}")

    def _mount(self, options: str) -> None:
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tangthu-test", str(self.path)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            pytest.skip(f"A FULL DISK IS NOT TESTED: mount is not permitted here ({done.stderr.strip()})")

    def remount(self, options: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{options}", str(self.path)], check=True)

    def close(self) -> None:
        subprocess.run(["umount", "-l", str(self.path)], check=False)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Callable[[str, str], Disk]]:
    made: list[Disk] = []

    def make(name: str, size: str) -> Disk:
        made.append(Disk(tmp_path / name, size))
        return made[-1]

    yield make
    for one in made:
        one.close()


def use_stores(monkeypatch: pytest.MonkeyPatch, **paths: Path) -> None:
    for path in paths.values():
        path.mkdir(exist_ok=True)
    told = [{"name": name, "path": str(path)} for name, path in paths.items()]
    monkeypatch.setenv("TANGTHU_ARCHIVE__STORES", json.dumps(told))


def packages(path: Path) -> list[str]:
    return [name for name in FolderStore("x", path).names() if not name.startswith("_ledger/")]


def test_a_full_store_is_named_good_copies_stay_and_it_goes_on_when_there_is_room(
    town: Path,
    good_sip: Path,
    disk: Callable[[str, str], Disk],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    small = disk("day", "16k")
    use_stores(monkeypatch, one=town / "one", two=town / "two", day=small.path)
    submission_id = send(good_sip)
    assert pipeline.advance(submission_id) == "waiting"
    row = waits(submission_id, "deposit", "store day", "2 good copies of 3", "No space left")
    assert row.state == "accepted"
    assert packages(small.path) == []
    assert [path for path in small.path.rglob("*") if path.is_file()] == []
    (name,) = packages(town / "one")
    assert packages(town / "two") == [name]
    assert stored_events() == 0
    before = (town / "one" / name).stat().st_mtime_ns
    assert sign("store day").well is False
    small.remount("size=50m")
    assert pipeline.advance(submission_id) == "stored"
    assert packages(small.path) == [name]
    assert (town / "one" / name).stat().st_mtime_ns == before
    assert stored_events() == 1


def test_two_read_only_stores_are_both_named(
    town: Path,
    good_sip: Path,
    disk: Callable[[str, str], Disk],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closed = [disk("chi-doc-1", "50m"), disk("chi-doc-2", "50m")]
    use_stores(monkeypatch, one=town / "one", two=closed[0].path, three=closed[1].path)
    for one in closed:
        one.remount("ro")
    submission_id = send(good_sip)
    assert pipeline.advance(submission_id) == "waiting"
    waits(submission_id, "deposit", "store two", "store three", "1 good copies of 3", "Read-only")
    for one in closed:
        one.remount("rw")
    assert pipeline.advance(submission_id) == "stored"
    assert stored_events() == 1
    assert {len(packages(path)) for path in (town / "one", closed[0].path, closed[1].path)} == {1}


def test_a_store_whose_disk_is_not_mounted_is_named_and_not_made(
    town: Path, good_sip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_stores(monkeypatch, one=town / "one", two=town / "two", three=town / "three")
    (town / "three").rmdir()
    (town / "three").write_text("a file where the disk should be mounted")
    submission_id = send(good_sip)
    assert pipeline.advance(submission_id) == "waiting"
    waits(submission_id, "deposit", "store three", "not mounted")
    (town / "three").unlink()
    assert pipeline.advance(submission_id) == "waiting"
    assert not (town / "three").exists()
    (town / "three").mkdir()
    assert pipeline.advance(submission_id) == "stored"
    assert stored_events() == 1


def test_a_full_quarantine_is_our_trouble_and_not_the_senders(
    town: Path, good_sip: Path, disk: Callable[[str, str], Disk]
) -> None:
    size = good_sip.stat().st_size
    quarantine.home().parent.mkdir(parents=True, exist_ok=True)
    small = Disk(quarantine.home(), f"{size // 1024 // 2}k")
    try:
        with pytest.raises(TemporaryError, match="No space left"):
            send(good_sip)
        assert list(quarantine.home().iterdir()) == []
        small.remount(f"size={size // 1024 + 24}k")
        submission_id = send(good_sip)
        assert pipeline.advance(submission_id) == "waiting"
        row = waits(submission_id, "unpack", "No space left")
        assert row.findings == []
        small.remount("size=100m")
        assert pipeline.advance(submission_id) == "stored"
    finally:
        small.close()


# search


def dead_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def cursor(name: str) -> int:
    with reading() as session:
        row = session.get(CursorRow, name)
        return row.seq if row else 0


def test_without_its_search_engine_the_archive_stores_and_the_index_catches_up_later(
    town: Path, good_sip: Path, elasticsearch_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANGTHU_SEARCH__ENGINE", "elasticsearch")
    monkeypatch.setenv("TANGTHU_SEARCH__INDEX_PREFIX", f"t{os.getpid()}-{time.time_ns()}")
    monkeypatch.setenv("TANGTHU_SEARCH__ELASTICSEARCH_URL", f"http://127.0.0.1:{dead_port()}")
    submission_id = send(good_sip)
    assert pipeline.advance(submission_id) == "stored"
    patience, now = Patience(timedelta(seconds=5), timedelta(minutes=2)), datetime.now(UTC)
    went = follow_all(patience=patience, now=now)
    assert isinstance(went.failed["search"], TemporaryError)
    assert set(went.failed) == {"search"}
    assert cursor("search") == 0
    assert cursor("retention") > 0, "the follower that is well must not be stopped by the one that is not"
    assert sign("follower search").well is not True
    assert "events behind" in sign("follower search").found
    assert sign("follower retention").well is True
    assert follow_all(patience=patience, now=now + timedelta(seconds=4)).waiting == ("search",)

    monkeypatch.setenv("TANGTHU_SEARCH__ELASTICSEARCH_URL", elasticsearch_url)
    went = follow_all(patience=patience, now=now + timedelta(seconds=6))
    assert dict(went.failed) == {}
    assert sign("follower search").well is True
    from search.choice import open_engine

    with reading() as session:
        assert behind(session)["search"].events == 0
        assert open_engine().count(str(session.get_one(Submission, submission_id).case_file_id)) == 2


def test_one_broken_follower_does_not_stop_the_others_and_is_named(house: Path) -> None:
    seen: list[int] = []

    def broken(events: list[Event]) -> None:
        raise ValueError("an event nobody thought of")

    def well(events: list[Event]) -> None:
        seen.extend(event.seq for event in events)

    with transaction() as session:
        append(session, Verb.VIEW, actor="system:test", kind="case-file", id="x")
    who = (Follower("a-broken", broken), Follower("b-well", well))
    patience = Patience(timedelta(seconds=5), timedelta(minutes=2))
    now = datetime.now(UTC)
    went = follow_all(patience=patience, now=now, who=who)
    assert isinstance(went.failed["a-broken"], ValueError)
    assert (seen, went.seen, cursor("a-broken"), cursor("b-well")) == ([1], 1, 0, 1)


# the queue


def test_without_the_queue_a_delivery_is_kept_ledgered_and_found_by_the_sweep(
    town: Path, good_sip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANGTHU_ARCHIVE__BROKER_URL", f"redis+socket://{town}/no-valkey.sock?virtual_host=0")
    now = datetime.now(UTC)
    with good_sip.open("rb") as source:
        got = receive(
            source,
            agency_code="000.00.11.H21",
            message_id="m-1",
            kind="sip",
            file_name="",
            actor="system:gateway",
            now=now,
        )
    assert quarantine.raw(got.submission_id).read_bytes() == good_sip.read_bytes()
    with reading() as session:
        verbs = session.scalars(select(EventRow.verb).where(EventRow.object_id == got.submission_id)).all()
    assert verbs == [Verb.INGEST]
    with transaction() as session:
        assert pipeline.unfinished(session, now=now + timedelta(seconds=11)) == [got.submission_id]


# a delivery that kills its worker


def test_a_delivery_that_kills_its_worker_is_tried_ever_more_rarely_and_says_so(
    town: Path, good_sip: Path
) -> None:
    submission_id = send(good_sip)

    def die() -> None:
        killer = [sys.executable, str(ROOT / "tests" / "e2e" / "killer.py"), submission_id, "scan", "before"]
        done = subprocess.run(
            killer, env=os.environ | {"PYTHONPATH": str(ROOT)}, cwd=ROOT, capture_output=True, check=False
        )
        assert done.returncode == -9, done.stderr
        until(
            lambda: (
                (row_of(submission_id).lease_until or datetime.max.replace(tzinfo=UTC)) < datetime.now(UTC)
            )
        )

    def swept() -> list[str]:
        with transaction() as session:
            return pipeline.unfinished(session, now=datetime.now(UTC) + timedelta(seconds=11))

    die()
    the_wait_is_over(submission_id)
    assert swept() == [submission_id]  # the first time it may be a power cut: at once
    die()
    row = row_of(submission_id)
    assert (row.interrupted, told_text(row.waiting)) == (1, "tiến trình bị ngắt 1 lần ở bước quét vi-rút")
    pauses = []
    for times in (2, 3):
        assert pipeline.advance(submission_id) == "waiting"
        row = row_of(submission_id)
        told = f"tiến trình bị ngắt {times} lần ở bước quét vi-rút"
        assert (row.interrupted, told_text(row.waiting)) == (times, told)
        assert row.not_before is not None
        pauses.append((row.not_before - datetime.now(UTC)).total_seconds())
        assert swept() == []
        assert row.lease_owner == ""
        the_wait_is_over(submission_id)
        assert swept() == [submission_id]
        if times == 2:
            die()
    assert pauses[0] > 30
    assert pauses[1] > 1.9 * pauses[0]
    assert "interrupted 3 times" in sign("waiting").found
    assert pipeline.advance(submission_id) == "stored"  # whatever killed it has been mended
    row = row_of(submission_id)
    assert (row.interrupted, row.waiting) == (0, "")


def test_a_worker_believed_dead_does_not_write_over_the_one_that_took_its_place(
    town: Path, good_sip: Path
) -> None:
    submission_id = send(good_sip)
    with a_worker(submission_id) as slow:
        try:
            until(lambda: row_of(submission_id).step == "normalise", seconds=120)
            stop_between_transactions(slow.pid)
            until(
                lambda: (
                    (row_of(submission_id).lease_until or datetime.min.replace(tzinfo=UTC))
                    < datetime.now(UTC)
                )
            )
            assert pipeline.advance(submission_id) == "stored"
            os.kill(slow.pid, signal.SIGCONT)
            out, err = slow.communicate(timeout=200)
        finally:
            slow.kill()  # leaving the block waits for it, also when it is stopped
    row = row_of(submission_id)
    assert (row.state, stored_events()) == ("stored", 1)
    assert [step.step for step in row.steps] == list(pipeline.route("sip"))
    assert out.strip() in ("busy", "stored") or "Error" in err
    assert not quarantine.folder(submission_id).exists()
    with reading() as session:
        copies = [store.size(name) for store in custody.stores() for name in packages_of(session)]
    assert len(copies) == 3


def stop_between_transactions(pid: int) -> None:
    """Stop a process while it does not hold the register's write lock: a stopped holder would stop everybody."""
    database = ArchiveSettings.load().data / "register.db"
    for _ in range(200):
        os.kill(pid, signal.SIGSTOP)
        with closing(sqlite3.connect(database, timeout=0.5, isolation_level=None)) as probe:
            try:
                probe.execute("BEGIN IMMEDIATE")
                probe.execute("ROLLBACK")
            except sqlite3.OperationalError:
                os.kill(pid, signal.SIGCONT)
                time.sleep(0.02)
                continue
        return
    raise AssertionError("the process always held the lock")


def packages_of(session) -> list[str]:  # type: ignore[no-untyped-def]
    from archive.register.models import Package

    return list(session.scalars(select(Package.name)))
