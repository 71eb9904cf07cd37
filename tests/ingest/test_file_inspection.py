"""What is learnt of a delivered file: its kind by its bytes, its pages, its traps."""

from __future__ import annotations

import errno
import os
import signal
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pdf_builders as make
import pikepdf
import pytest

from archive.errors import TemporaryError
from ingest.formats.cage import Limits, run
from ingest.formats.errors import CannotOpenError
from ingest.formats.identify import identify
from ingest.formats.inspect import inspect
from ingest.formats.look import look
from ingest.formats.private import PrivateFolder, sweep
from ingest.formats.sandbox import Sandbox
from ingest.signatures.check import check
from ingest.signatures.trust import NOBODY


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with Sandbox(Limits(seconds=60)) as sandbox:
        yield sandbox


def _empty(path: Path) -> Path:
    path.write_bytes(b"")
    return path


def _html(path: Path) -> Path:
    path.write_text("<!DOCTYPE html><html><head><title>x</title></head><body><p>Xin chào</p></body></html>")
    return path


def _bomb(path: Path) -> Path:
    make.letter(path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/media/image1.bin", b"\0" * (40 * 2**20))
    return path


@pytest.mark.parametrize(
    ("build", "media_type", "extensions"),
    [
        (make.born_digital, "application/pdf", ("pdf",)),
        (make.truncated, "application/pdf", ("pdf",)),
        (make.letter, "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ("docx",)),
        (make.sheet, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ("xlsx",)),
        (_html, "text/html", ("html", "htm")),
    ],
)
def test_the_kind_is_told_by_the_bytes_whatever_the_name_says(
    tmp_path: Path, build: Callable[[Path], Path], media_type: str, extensions: tuple[str, ...]
) -> None:
    path = build(tmp_path / "vỏ bọc.xlsx")
    found = identify(path, "vỏ bọc.pdf")
    assert (found.media_type, found.extensions) == (media_type, extensions)


def test_binary_rubbish_named_csv_is_not_taken_for_a_table(tmp_path: Path) -> None:
    path = tmp_path / "số liệu.csv"
    path.write_bytes(bytes(range(256)) * 10)
    assert identify(path, "số liệu.csv").media_type == "application/octet-stream"


def test_pages_version_and_first_words_are_read(box: Sandbox, tmp_path: Path) -> None:
    facts = inspect(make.delivered(make.born_digital(tmp_path / "a.pdf", pages=3)), sandbox=box)
    assert (facts.pages, facts.problem, facts.encrypted, facts.active_content) == (3, None, False, ())
    assert facts.pdf_version >= "1.3"
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in facts.first_page_text


def with_versions(path: Path, header: str, catalog: str) -> Path:
    """A PDF whose catalog names another version than its header, as a signature leaves it (pyHanko writes 2.0)."""
    with pikepdf.open(make.born_digital(path), allow_overwriting_input=True) as pdf:
        pdf.Root.Version = pikepdf.Name(f"/{catalog}")
        pdf.save(path, force_version=header)
    return path


@pytest.mark.parametrize(
    ("header", "catalog", "version", "puid"),
    [
        ("1.4", "2.0", "2.0", "fmt/1129"),
        ("1.4", "1.7", "1.7", "fmt/276"),
        ("1.7", "1.4", "1.7", "fmt/276"),  # an earlier one says nothing (ISO 32000-1, 7.7.2)
        ("1.4", "9.9", "9.9", "fmt/18"),  # no such PDF: the bytes are believed
    ],
)
def test_the_format_is_the_one_of_the_version_that_holds(
    box: Sandbox, tmp_path: Path, header: str, catalog: str, version: str, puid: str
) -> None:
    path = with_versions(tmp_path / "a.pdf", header, catalog)
    assert path.read_bytes().startswith(f"%PDF-{header}".encode())
    facts = inspect(make.delivered(path), sandbox=box)
    assert (facts.pdf_version, facts.puid) == (version, puid)


@pytest.mark.parametrize(
    ("build", "problem", "is_encrypted"),
    [
        (_empty, "0 bytes", False),
        (make.truncated, "cut off", False),
        (make.encrypted, "password", True),
        (_bomb, "zip bomb", False),
    ],
)
def test_what_cannot_be_opened_says_why(
    box: Sandbox, tmp_path: Path, build: Callable[[Path], Path], problem: str, is_encrypted: bool
) -> None:
    facts = inspect(make.delivered(build(tmp_path / "tệp"), "tệp.pdf"), sandbox=box)
    assert problem in str(facts.problem)
    assert facts.encrypted is is_encrypted


def test_a_pdf_with_an_owner_password_only_can_be_read(box: Sandbox, tmp_path: Path) -> None:
    facts = inspect(make.delivered(make.encrypted(tmp_path / "a.pdf", user="")), sandbox=box)
    assert (facts.encrypted, facts.problem, facts.pages) == (True, None, 2)


@pytest.mark.parametrize(
    ("build", "name", "found"),
    [
        (make.with_javascript, "a.pdf", {"JavaScript", "Launch"}),
        (make.born_digital, "b.pdf", set()),
    ],
)
def test_active_content_is_found(
    box: Sandbox, tmp_path: Path, build: Callable[[Path], Path], name: str, found: set[str]
) -> None:
    assert set(inspect(make.delivered(build(tmp_path / name)), sandbox=box).active_content) == found


def test_a_file_on_which_the_reader_hangs_gets_a_problem_and_the_next_is_read(tmp_path: Path) -> None:
    good = make.delivered(make.born_digital(tmp_path / "a.pdf"))
    with Sandbox(Limits(seconds=60)) as box:
        assert inspect(good, sandbox=box).problem is None
        assert box.pid is not None
        os.killpg(
            box.pid, signal.SIGSTOP
        )  # it lives and says nothing: a hang, and no race with how fast it is
        box.limits = Limits(seconds=1)
        assert "nothing came of it" in str(inspect(good, sandbox=box).problem)
        box.limits = Limits(seconds=60)
        assert inspect(good, sandbox=box).pages == 2


def test_a_reader_killed_from_outside_is_replaced(tmp_path: Path) -> None:
    good = make.delivered(make.born_digital(tmp_path / "a.pdf"))
    with Sandbox(Limits(seconds=60)) as box:
        inspect(good, sandbox=box)
        first = box.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        assert inspect(good, sandbox=box).pages == 2
        assert box.pid != first


def test_a_job_that_fails_is_that_files_failure_only(box: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(CannotOpenError, match="No such file"):
        box.ask("repair", path=tmp_path / "none.pdf", out=tmp_path / "out.pdf", statement="")
    assert box.ask("look", path=make.born_digital(tmp_path / "a.pdf"), name="a.pdf")["pages"] == 2


def test_a_caged_program_is_killed_with_everything_it_started(tmp_path: Path) -> None:
    ran = run(
        ["sh", "-c", f"(sleep 3; touch {tmp_path}/late) & sleep 60"], Limits(seconds=0.5), home=tmp_path
    )
    assert ran.timed_out
    assert ran.seconds < 30
    still = run(["sleep", "4"], Limits(seconds=30))
    assert still.code == 0
    assert not (tmp_path / "late").exists()


def test_a_caged_program_gets_no_secret_no_input_and_little_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANGTHU_INGEST__AXIS_SECRET", "bí mật")
    limits = Limits(seconds=30, memory_mb=256)
    assert "TANGTHU" not in run(["env"], limits).output
    assert run(["cat"], limits).output == ""
    assert run(["python3", "-c", "x = bytearray(10**9)"], limits).code != 0
    assert len(run(["sh", "-c", "yes | head -c 1000000"], limits).output) == 64 * 1024


def test_folders_of_killed_processes_are_swept_and_those_in_use_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    left, fresh = tmp_path / "tangthu-trial-left", tmp_path / "tangthu-trial-fresh"
    left.mkdir()
    fresh.mkdir()
    used = PrivateFolder("trial")
    for path in (left, used.path):
        os.utime(path, (0, 0))
    sweep("trial")
    assert sorted(tmp_path.iterdir()) == sorted([fresh, used.path])
    used.remove()
    assert list(tmp_path.iterdir()) == [fresh]


def test_a_full_disk_of_ours_is_no_trouble_of_the_file(box: Sandbox, tmp_path: Path) -> None:
    path = make.born_digital(tmp_path / "a.pdf")
    asked = {"before": path, "after": path}
    with pytest.raises(TemporaryError, match="No space left"):
        box.ask("measure", **asked, text="/dev/full")
    assert box.ask("measure", **asked, text=tmp_path / "words.txt")


def test_a_file_our_disk_does_not_give_has_no_unknown_format(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        identify(tmp_path / "gone", "a.pdf")


@pytest.mark.parametrize(
    "ours",
    [
        OSError(errno.EIO, "broken"),
        MemoryError(),
        ImportError("libx.so: failed to map segment from shared object"),
    ],
)
def test_trouble_of_ours_is_nothing_seen_in_the_file(
    tmp_path: Path, ours: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make.born_digital(tmp_path / "a.pdf")

    def broken(*_: object, **__: object) -> None:
        raise ours

    monkeypatch.setattr("ingest.formats.look_pdf.pdf", broken)
    monkeypatch.setattr("ingest.signatures.pades.PdfFileReader", broken)
    for read in (lambda: look(path, "a.pdf"), lambda: check(path, trust=NOBODY)):
        with pytest.raises(type(ours)):
            read()
