"""The virus gate against a real clamd."""

from __future__ import annotations

import hashlib
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.errors import TemporaryError
from archive.packages.facts import ComponentFacts, RecordFacts
from archive.register.infected import QuarantineRequest
from archive.register.session import transaction
from ingest.errors import ToolMissingError
from ingest.steps.events import events_of
from ingest.steps.scan import scan as scan_step
from ingest.steps.step import Outcome, Verdict, Work
from ingest.steps.unpack import unpack
from ingest.virus import eicar_bytes, engine_of, judge, scan, version, write_clamd_conf
from tests.samples.pki import Pki
from tests.samples.road import Road, a_case, from_, signed

CLAMD = shutil.which("clamd", path="/usr/sbin:/usr/bin:/sbin")
pytestmark = [
    pytest.mark.service,
    pytest.mark.skipif(CLAMD is None, reason="clamd is not installed (Debian package clamav-daemon)"),
]


@dataclass(frozen=True)
class RunningClamd:
    process: subprocess.Popen[bytes]
    address: Path


def _start(folder: Path, **changes: str) -> RunningClamd:
    address = folder / "clamd.sock"
    conf = write_clamd_conf(folder / "clamd", address)
    lines = [line for line in conf.read_text().splitlines() if line.split(" ")[0] not in changes]
    conf.write_text("\n".join([*lines, *(f"{key} {value}" for key, value in changes.items()), ""]))
    assert CLAMD is not None
    process = subprocess.Popen(
        [CLAMD, "--foreground", f"--config-file={conf}"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    deadline = time.monotonic() + 60
    while True:
        try:
            version(address)
            return RunningClamd(process, address)
        except ToolMissingError:
            assert process.poll() is None, process.stderr.read().decode() if process.stderr else ""
            assert time.monotonic() < deadline, "clamd did not come up in a minute"
            time.sleep(0.05)


def _stop(running: RunningClamd) -> None:
    running.process.kill()
    running.process.wait()
    if running.process.stderr:
        running.process.stderr.close()


@pytest.fixture(scope="module")
def clamd() -> Iterator[RunningClamd]:
    with tempfile.TemporaryDirectory(
        prefix="clamd"
    ) as folder:  # short: Unix sockets take some 100 characters
        running = _start(Path(folder))
        yield running
        _stop(running)


def test_a_clean_file_is_clean_and_names_the_engine(clamd: RunningClamd, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("Quyết định ban hành Quy chế")
    result = scan(file, address=clamd.address)
    assert (result.clean, result.signature, result.finding_code) == (True, "", "")
    assert result.engine.startswith("ClamAV ")


def test_an_empty_file_is_clean(clamd: RunningClamd, tmp_path: Path) -> None:
    file = tmp_path / "empty"
    file.touch()
    assert scan(file, address=clamd.address).clean


def test_the_eicar_file_is_found(clamd: RunningClamd, tmp_path: Path) -> None:
    file = tmp_path / "report.pdf"
    file.write_bytes(eicar_bytes())
    result = scan(file, address=clamd.address)
    assert not result.clean
    assert result.signature.startswith("Tangthu.Test.EICAR")
    assert result.finding_code == "VIRUS"


def test_the_eicar_file_is_found_inside_a_zip_in_a_zip(clamd: RunningClamd, tmp_path: Path) -> None:
    inner, outer = tmp_path / "inner.zip", tmp_path / "outer.docx"
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"x" * 100_000)
        archive.writestr("x.com", eicar_bytes())
    with zipfile.ZipFile(outer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(inner, "inner.zip")
    assert scan(outer, address=clamd.address).finding_code == "VIRUS"


def test_a_file_of_many_chunks_is_read_to_its_end(clamd: RunningClamd, tmp_path: Path) -> None:
    file = tmp_path / "large.bin"
    file.write_bytes(b"\n" * 3_000_000 + eicar_bytes())
    assert not scan(file, address=clamd.address).clean


def test_a_file_over_the_stream_limit_is_not_called_clean(tmp_path: Path) -> None:
    file = tmp_path / "large.bin"
    file.write_bytes(b"\n" * 4_000_000)
    with tempfile.TemporaryDirectory(prefix="clamd") as folder:
        running = _start(Path(folder), StreamMaxLength="1M")
        try:
            result = scan(file, address=running.address)
        finally:
            _stop(running)
    assert (result.clean, result.told, result.finding_code) == (False, False, "VIRUS_UNSCANNED")


def test_a_file_over_the_scan_limit_is_not_called_clean(tmp_path: Path) -> None:
    file = tmp_path / "large.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("big.bin", b"\n" * 4_000_000)
    with tempfile.TemporaryDirectory(prefix="clamd") as folder:
        running = _start(Path(folder), MaxFileSize="1M", MaxScanSize="1M")
        try:
            result = scan(file, address=running.address)
        finally:
            _stop(running)
    assert (result.clean, result.told) == (False, False)


def test_an_encrypted_archive_is_not_called_clean(clamd: RunningClamd, tmp_path: Path) -> None:
    plain, locked = tmp_path / "a.txt", tmp_path / "a.zip"
    plain.write_text("secret")
    zipper = shutil.which("7z") or shutil.which("zip")
    if zipper is None:
        _flag_as_encrypted(plain, locked)
    elif zipper.endswith("7z"):
        subprocess.run([zipper, "a", "-pword", "-tzip", locked, plain], check=True, stdout=subprocess.DEVNULL)
    else:
        subprocess.run([zipper, "-q", "-P", "word", locked, plain], check=True)
    result = scan(locked, address=clamd.address)
    assert (result.clean, result.finding_code) == (False, "VIRUS_UNSCANNED")


def _flag_as_encrypted(plain: Path, locked: Path) -> None:
    """Write a ZIP whose member says it is encrypted (general purpose bit 0); no tool at hand encrypts."""
    with zipfile.ZipFile(locked, "w") as archive:
        archive.write(plain, "a.txt")
    data = bytearray(locked.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    locked.write_bytes(bytes(data))


def test_a_killed_clamd_is_a_temporary_error_and_never_clean(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("a")
    with tempfile.TemporaryDirectory(prefix="clamd") as folder:
        running = _start(Path(folder))
        _stop(running)
        with pytest.raises(TemporaryError, match="clamd"):
            scan(file, address=running.address)


def test_a_clamd_that_dies_while_it_scans_is_a_temporary_error(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(b"a" * 2_000_000)
    with tempfile.TemporaryDirectory(prefix="clamd") as folder, socket.socket(socket.AF_UNIX) as server:
        address = Path(folder) / "dying.sock"
        server.bind(str(address))
        server.listen()

        def die_in_the_middle() -> None:
            first, _ = server.accept()
            first.recv(100)
            first.sendall(b"ClamAV 1.4.6\0")
            first.close()
            second, _ = server.accept()
            second.recv(100)
            second.close()

        thread = threading.Thread(target=die_in_the_middle, daemon=True)
        thread.start()
        with pytest.raises(TemporaryError, match="clamd"):
            scan(file, address=address)
        thread.join(10)


@pytest.mark.parametrize(
    "reply", ["OK", "stream: ", "stream: OK ERROR", "INSTREAM size limit exceeded. ERROR", "x"]
)
def test_an_odd_answer_is_not_clean(reply: str) -> None:
    assert not judge(reply, "ClamAV").clean


def test_no_answer_is_a_temporary_error() -> None:
    with pytest.raises(TemporaryError):
        judge("", "ClamAV")


@pytest.mark.usefixtures("house")
def test_ag12_a_case_file_of_an_giang_with_the_eicar_file_is_refused(
    clamd: RunningClamd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Acceptance example AG12 (50/2018/QĐ-UBND Điều 18.2), on the real road with the real scanner."""
    monkeypatch.setenv("TANGTHU_INGEST__CLAMD_SOCKET", str(clamd.address))
    road = Road(tmp_path, Pki(tmp_path / "pki", tmp_path / "trust"))
    case = a_case("an-giang").files(("a.pdf", signed()), ("b.txt", from_(_eicar)))
    road.know(case.where)
    judged = road.steps(road.package(case), case.where.code, steps=(unpack, scan_step))
    assert (judged.codes, judged.outcome, judged.verdict) == (["VIRUS"], "R", Verdict.REFUSE)


def _eicar(path: Path) -> None:
    path.write_bytes(eicar_bytes())


@pytest.mark.usefixtures("house")
def test_what_two_people_released_goes_on_and_premis_says_who_and_with_which_signatures(
    clamd: RunningClamd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANGTHU_INGEST__CLAMD_SOCKET", str(clamd.address))
    road = Road(tmp_path, Pki(tmp_path / "pki", tmp_path / "trust"))
    case = a_case("an-giang").files(("a.pdf", signed()), ("b.txt", from_(_eicar)))
    road.know(case.where)
    signature = scan_of(tmp_path, clamd)
    sha256 = hashlib.sha256(eicar_bytes()).hexdigest()
    now = datetime.now(UTC)
    with transaction() as session:
        session.add(
            QuarantineRequest(
                id="r-1",
                submission_id="s-1",
                agency_code=case.where.code,
                wish="release",
                state="released",
                files=[{"sha256": sha256, "signature": signature}],
                asked_by="an",
                asked_at=now,
                reason="báo nhầm",
                answered_by="chi",
                answered_role="head",
                answered_at=now,
            )
        )
    outcomes: list[Outcome] = []

    def scanned(work: Work, at: datetime) -> Outcome:
        outcomes.append(scan_step(work, at))
        return outcomes[-1]

    judged = road.steps(road.package(case), case.where.code, steps=(unpack, scanned))
    assert (judged.codes, judged.verdict) == (["VIRUS_RELEASED"], Verdict.GO_ON)
    work = Work(
        "0" * 8 + "-0000-4000-8000-" + "0" * 12,
        case.where.code,
        "sip",
        "",
        now,
        Path(),
        Path(),
        {"scan": outcomes[0].result},
    )
    component = ComponentFacts("c-1", "original", "b.txt", "x", "text/plain", "", 68, sha256)
    record = RecordFacts("d-1", 1, "", "", "", "", None, "", "", 1, {}, (component,))
    check, release = [
        one for one in events_of(work, (record,), now) if "q" in one.kind or "virus" in one.kind
    ]
    assert (check.kind, check.outcome, check.agent) == (
        "virus check",
        "warning",
        engine_of(version(clamd.address)).name,
    )
    assert "1 released as false alarms" in check.detail
    assert engine_of(version(clamd.address)).told in check.detail
    assert (release.kind, release.agent, release.objects) == ("unquarantine", "chi", ("c-1",))
    assert f"{signature}, asked by an, released by chi, scanned again with ClamAV" in release.detail


def scan_of(folder: Path, clamd: RunningClamd) -> str:
    """Return the name the scanner gives the test file."""
    path = folder / "eicar"
    _eicar(path)
    return scan(path, address=clamd.address).signature


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "ClamAV 1.4.3/27800/Mon Nov 24 09:00:00 2025",
            "ClamAV 1.4.3, signatures 27800 of Mon Nov 24 09:00:00 2025",
        ),
        ("ClamAV 1.4.3", "ClamAV 1.4.3, local signatures without version or date"),
        ("", "clamd, local signatures without version or date"),
    ],
)
def test_engine_and_signatures_are_told_as_clamd_says_them(said: str, told: str) -> None:
    assert engine_of(said).told == told
