"""veraPDF in its warm JVM: what it says, and what happens when it is missing, killed or hangs."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.errors import TemporaryError
from archive.pdfa.errors import NotPdfaError, VeraPdfMissingError
from archive.pdfa.print import print_pdfa
from archive.pdfa.verapdf import VeraPdf

pytestmark = pytest.mark.service

PAGE = "<h1>GIẤY CHỨNG NHẬN</h1><p>Độc lập – Tự do – Hạnh phúc</p>"


@pytest.fixture(scope="module")
def vera() -> Iterator[VeraPdf]:
    with VeraPdf() as running:
        yield running


@pytest.fixture(scope="module")
def page(vera: VeraPdf, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "Giấy chứng nhận.pdf"
    path.write_bytes(print_pdfa(PAGE, title="Giấy chứng nhận", vera=vera))
    return path


def test_a_printed_page_is_pdfa_and_says_so_for_the_flavour_asked(vera: VeraPdf, page: Path) -> None:
    verdict = vera.check(page, "2b")
    assert (verdict.compliant, verdict.failed, verdict.flavour) == (True, (), "2b")
    assert verdict.version == "1.28.2"


def test_another_flavour_is_judged_as_that_flavour(vera: VeraPdf, page: Path) -> None:
    assert vera.check(page, "1b").compliant is False
    assert vera.check(page, "1b").failed


def test_a_flavour_nobody_knows_cannot_be_told(vera: VeraPdf, page: Path) -> None:
    assert vera.check(page, "9z").compliant is None


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"<html></html>"])
def test_what_is_no_pdf_cannot_be_told(vera: VeraPdf, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    assert vera.check(path).compliant is None


def test_a_file_that_is_not_there_or_has_a_line_break_in_its_name_cannot_be_told(
    vera: VeraPdf, tmp_path: Path, page: Path
) -> None:
    assert vera.check(tmp_path / "none.pdf").compliant is None
    trap = tmp_path / "a\n1\t2b\tb.pdf"
    trap.write_bytes(page.read_bytes())
    assert vera.check(trap).compliant is None


def test_a_killed_jvm_is_started_again_and_the_file_judged(vera: VeraPdf, page: Path) -> None:
    vera.check(page)
    before = vera.pid
    assert before is not None
    os.kill(before, signal.SIGKILL)
    assert vera.check(page).compliant is True
    assert vera.pid != before


def test_a_jvm_that_hangs_costs_one_file_only(page: Path) -> None:
    with VeraPdf(seconds=120) as vera:
        vera.check(page)
        assert vera.pid is not None
        os.kill(vera.pid, signal.SIGSTOP)
        vera.seconds = 1
        hung = vera.check(page)
        assert (hung.compliant, "no answer" in hung.message) == (None, True)
        vera.seconds = 120
        assert vera.check(page).compliant is True


def test_the_jvm_is_replaced_after_so_many_files(page: Path) -> None:
    with VeraPdf(recycle_after=2) as vera:
        pids = []
        for _ in range(3):
            assert vera.check(page).compliant is True
            pids.append(vera.pid)
    assert pids[0] == pids[1] != pids[2]


def test_a_missing_jar_or_java_is_temporary_and_says_what_to_do(tmp_path: Path, page: Path) -> None:
    with pytest.raises(VeraPdfMissingError, match="make setup"), VeraPdf(jar=tmp_path / "none.jar") as vera:
        vera.check(page)
    with pytest.raises(TemporaryError, match="openjdk"), VeraPdf(java="java-nobody-has") as vera:
        vera.check(page)


def test_a_java_that_answers_nonsense_never_makes_a_file_pass(tmp_path: Path, page: Path) -> None:
    """A liar that says `compliant` for another file, another number, another flavour, or without tests."""
    lies = (
        '{"number":"1","path":"/other.pdf","flavour":"2b","compliant":true,"end":"normal","assertions":5,"failed":[]}',
        '{"number":"7","path":"PATH","flavour":"2b","compliant":true,"end":"normal","assertions":5,"failed":[]}',
        '{"number":"1","path":"PATH","flavour":"1b","compliant":true,"end":"normal","assertions":5,"failed":[]}',
        '{"number":"1","path":"PATH","flavour":"2b","compliant":true,"end":"normal","assertions":0,"failed":[]}',
        '{"number":"1","path":"PATH","flavour":"2b","compliant":true,"end":"timeout","assertions":5,"failed":[]}',
        '{"number":"1","path":"PATH","flavour":"2b","compliant":"true","end":"normal","assertions":5,"failed":[]}',
        '{"number":"1","path":"PATH","flavour":"2b","end":"normal","assertions":5}',
        "compliant: true",
    )
    for number, lie in enumerate(lies):
        liar = tmp_path / f"java{number}"
        answer = lie.replace("PATH", str(page.resolve()))
        liar.write_text(
            f"#!/bin/sh\necho '{{\"ready\":true}}'\nwhile read line; do echo '{answer}'; done\n", "utf-8"
        )
        liar.chmod(liar.stat().st_mode | stat.S_IXUSR)
        with VeraPdf(java=str(liar)) as vera:
            assert vera.check(page).compliant is None, lie


def test_the_jvm_dies_with_a_killed_parent(page: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from archive.pdfa.verapdf import shared\n"
        f"assert shared().check(Path({str(page)!r})).compliant\n"
        "print(shared().pid, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        jvm = int(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + 20
    while Path(f"/proc/{jvm}").exists() and "Z" not in Path(f"/proc/{jvm}/stat").read_text().split()[2]:
        assert time.monotonic() < deadline, "the JVM outlived its parent"
        time.sleep(0.05)


def test_two_processes_may_start_for_the_first_time_at_once(tmp_path: Path, page: Path) -> None:
    from archive.settings import ArchiveSettings

    home = tmp_path / "tools"
    (home / "verapdf").mkdir(parents=True)
    for jar in (ArchiveSettings.load().tools_home / "verapdf").glob("*.jar"):
        (home / "verapdf" / jar.name).symlink_to(jar)
    script = (
        "from pathlib import Path; from archive.pdfa.verapdf import VeraPdf\n"
        f"assert VeraPdf().check(Path({str(page)!r})).compliant is True"
    )
    env = {**os.environ, "TANGTHU_ARCHIVE__TOOLS": str(home)}
    both = [subprocess.Popen([sys.executable, "-c", script], env=env) for _ in range(2)]
    assert [one.wait(120) for one in both] == [0, 0]
    assert len(list((home / "verapdf").glob("classes-*"))) == 1


@pytest.mark.parametrize(
    "wanted", ["http://192.0.2.1/x.png", "file:///etc/passwd", "//192.0.2.1/x.png", "ftp://192.0.2.1/x"]
)
def test_a_page_that_asks_for_an_outside_file_is_not_printed(vera: VeraPdf, wanted: str) -> None:
    with pytest.raises(NotPdfaError, match="may not fetch"):
        print_pdfa(f"<base href='http://192.0.2.1/'><p>x</p><img src='{wanted}'>", title="x", vera=vera)


def test_a_page_with_a_picture_inside_is_printed(vera: VeraPdf) -> None:
    dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    html = f"{PAGE}<img src='data:image/png;base64,{dot}' alt='dấu'>"
    assert print_pdfa(html, title="x", vera=vera).startswith(b"%PDF")
