"""What a file hides is found before anybody accepts it: macros, programs, passwords, files inside, damage, bombs."""

from __future__ import annotations

import re
import resource
from collections.abc import Callable, Iterator
from pathlib import Path

import film_builders as films
import pdf_builders as make
import pytest
import trap_builders as trap

from ingest.delivery import FileFacts
from ingest.formats.cage import Limits
from ingest.formats.executable import program_in
from ingest.formats.identify import EXTENSIONS
from ingest.formats.inspect import inspect
from ingest.formats.sandbox import Sandbox

PROGRAM = trap.windows_program()
MACRO = b"\xd0\xcf\x11\xe0"


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with Sandbox(Limits(seconds=60)) as sandbox:
        yield sandbox


def _docm(path: Path) -> Path:
    return trap.adding(make.letter(path), word__vbaProject_DOT_bin=MACRO)


def _looked(box: Sandbox, path: Path) -> FileFacts:
    return inspect(make.delivered(path), sandbox=box)


@pytest.mark.parametrize(
    ("name", "build", "macros"),
    [
        ("a.docx", _docm, ("VBA",)),
        ("a.doc", lambda p: trap.old_word(p, Macros__VBA__dir=b"x"), ("VBA",)),
        ("a.xls", lambda p: trap.old_sheet(p, trap.sheet_name("Macro1", 1)), ("Excel 4",)),
        ("a.odt", lambda p: trap.open_document(p, ("Basic/Standard/M.xml", b"<x/>")), ("Basic",)),
        (
            "a.xlsx",
            lambda p: trap.adding(make.sheet(p), xl__macrosheets__sheet1_DOT_xml=b"<x/>"),
            ("Excel 4",),
        ),
        ("a.pdf", lambda p: trap.carrying(p, {"a.docx": _docm(p.parent / "m.docx").read_bytes()}), ("VBA",)),
        ("b.docx", make.letter, ()),
        ("b.doc", trap.old_word, ()),
        ("b.xls", lambda p: trap.old_sheet(p, trap.sheet_name("Sheet1", 0)), ()),
        ("b.odt", trap.open_document, ()),
    ],
)
def test_macros_are_found_in_every_kind_of_office_file(
    box: Sandbox, tmp_path: Path, name: str, build: Callable[[Path], Path], macros: tuple[str, ...]
) -> None:
    facts = _looked(box, build(tmp_path / name))
    assert (facts.macros, facts.problem, facts.unseen) == (macros, None, None)


@pytest.mark.parametrize(
    ("name", "build"),
    [
        ("a.pdf", lambda p: trap.carrying(p, {"a.bin": PROGRAM})),
        ("a.docx", lambda p: trap.adding(make.letter(p), word__media__image1_DOT_png=PROGRAM)),
        (
            "b.docx",
            lambda p: trap.adding(
                make.letter(p), word__embeddings__oleObject1_DOT_bin=trap.packaged("run.exe", PROGRAM)
            ),
        ),
        ("a.odt", lambda p: trap.open_document(p, ("Object 1", PROGRAM))),
        ("a.rtf", lambda p: trap.rich_text(p, trap.packaged("run.exe", PROGRAM))),
        ("a.doc", lambda p: trap.old_word(p, **{"ObjectPool__1__\x01Ole10Native": PROGRAM})),
        ("a.zip", lambda p: trap.zip_of(p, {"b.zip": trap.zipped({"c.zip": trap.zipped({"d": PROGRAM})})})),
        ("b.zip", lambda p: trap.zip_of(p, {"cai dat.vbs": b"x = 1"})),
        (
            "b.pdf",
            lambda p: trap.carrying(
                p, {"x.pdf": trap.carrying(p.with_name("x"), {"y": PROGRAM}).read_bytes()}
            ),
        ),
    ],
)
def test_programs_are_found_in_any_container(
    box: Sandbox, tmp_path: Path, name: str, build: Callable[[Path], Path]
) -> None:
    facts = _looked(box, build(tmp_path / name))
    assert len(facts.programs) == 1, facts
    assert facts.problem is None


@pytest.mark.parametrize(
    ("head", "name", "found"),
    [
        (PROGRAM, "", "Windows program"),
        (b"MZ la viet tat cua mot ten goi" + b" " * 100, "a.txt", ""),
        (b"\x7fELF\x02", "", "ELF program"),
        (b"#!/bin/sh\n", "", "script"),
        (b"hello", "bien ban.JS", ".js file"),
        (b"%PDF-1.7", "quyet dinh.pdf", ""),
        (b"", "Makefile", ""),
    ],
)
def test_a_program_is_told_by_its_bytes_or_the_ending_of_its_name(head: bytes, name: str, found: str) -> None:
    assert program_in(head, name) == found


def test_a_program_under_a_papers_name_is_a_program(box: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "quyet dinh.pdf"
    path.write_bytes(PROGRAM)
    assert _looked(box, path).programs == ("Windows program",)


@pytest.mark.parametrize(
    ("name", "build"),
    [
        ("a.pdf", make.encrypted),
        ("a.docx", trap.locked_letter),
        ("a.xls", lambda p: trap.old_sheet(p, (0x2F, b"\0" * 54))),
        ("a.odt", lambda p: trap.open_document(p, encrypted=True)),
        ("a.zip", trap.locked_zip),
    ],
)
def test_a_password_is_found_whatever_the_format(
    box: Sandbox, tmp_path: Path, name: str, build: Callable[[Path], Path]
) -> None:
    facts = _looked(box, build(tmp_path / name))
    assert (facts.encrypted, str(facts.problem)) == (True, "needs a password")


@pytest.mark.parametrize(
    ("name", "build", "found"),
    [
        ("a.pdf", trap.with_xfa, ("XFA",)),
        ("b.pdf", make.with_javascript, ("JavaScript", "Launch")),
        (
            "a.docx",
            lambda p: trap.adding(
                make.letter(p),
                word___rels__settings_DOT_xml_DOT_rels=b'<Relationship Id="r" Type="http://x/attachedTemplate" '
                b'Target="http://evil/x.dotm" TargetMode="External"/>',
            ),
            ("remote reference",),
        ),
        (
            "a.xlsx",
            lambda p: trap.adding(make.sheet(p), xl__externalLinks__externalLink1_DOT_xml=b"<ddeLink/>"),
            ("DDE",),
        ),
        ("a.html", lambda p: _page(p, "<script>x()</script>"), ("script",)),
        ("b.html", lambda p: _page(p, '<p onclick="x()">x</p>'), ("script",)),
        ("c.html", lambda p: _page(p, "<p>Xin chào</p>"), ()),
    ],
)
def test_content_that_runs_or_loads_by_itself_is_found(
    box: Sandbox, tmp_path: Path, name: str, build: Callable[[Path], Path], found: tuple[str, ...]
) -> None:
    assert _looked(box, build(tmp_path / name)).active_content == found


def _page(path: Path, body: str) -> Path:
    path.write_text(f"<!DOCTYPE html><html><head><title>x</title></head><body>{body}</body></html>")
    return path


def test_files_attached_to_a_pdf_are_counted_and_named(box: Sandbox, tmp_path: Path) -> None:
    facts = _looked(box, trap.carrying(tmp_path / "a.pdf", {"phụ lục.txt": b"x", "b.txt": b"y"}))
    assert (facts.attachments, sorted(facts.inner_names)) == (2, ["b.txt", "phụ lục.txt"])


@pytest.mark.parametrize(
    ("members", "unseen"),
    [
        ({"a.7z": b"7z\xbc\xaf\x27\x1c" + b"\0" * 50}, "7z"),
        ({"a.zip": b"PK\x03\x04 torn"}, "cannot be opened"),
        ({"a.zip": trap.zipped({"b": b"\0" * (40 * 2**20)})}, "zip bomb"),
        (
            {"1": trap.zipped({"2": trap.zipped({"3": trap.zipped({"4": trap.zipped({"5": PROGRAM})})})})},
            "more than 3 archives deep",
        ),
    ],
)
def test_what_cannot_be_looked_into_is_said_and_never_called_clean(
    box: Sandbox, tmp_path: Path, members: dict[str, bytes], unseen: str
) -> None:
    facts = _looked(box, trap.zip_of(tmp_path / "a.zip", members))
    assert unseen in str(facts.unseen)


@pytest.mark.parametrize(
    ("name", "build", "problem"),
    [
        ("a.png", trap.picture_bomb, "image bomb"),
        ("a.jpg", trap.cut_picture, None),
        # Too much for the reader's memory: it says so, or dies of it when it has read much before.
        ("b.png", lambda p: trap.picture_bomb(p, side=7_000), "cannot be opened|died of it"),
        ("c.png", lambda p: trap.picture_bomb(p, side=9_000), "60000000 at most"),
    ],
)
def test_a_picture_that_cannot_be_decoded_is_a_problem(
    box: Sandbox, tmp_path: Path, name: str, build: Callable[[Path], Path], problem: str | None
) -> None:
    facts = _looked(box, build(tmp_path / name))
    if problem is None:  # PRONOM wants the end of a JPEG too, so the content is not recognised at all
        assert facts.extensions == ()
    else:
        assert re.search(problem, str(facts.problem))


def test_a_pdf_whose_table_of_objects_is_broken_opens_and_is_called_damaged(
    box: Sandbox, tmp_path: Path
) -> None:
    facts = _looked(box, trap.broken_xref(tmp_path / "a.pdf"))
    assert (facts.pages, facts.problem) == (2, None)
    assert "cross-reference" in str(facts.damaged)
    assert _looked(box, make.born_digital(tmp_path / "b.pdf")).damaged is None


def test_bombs_and_traps_leave_the_reader_below_512_mib(tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    with Sandbox(Limits(seconds=60)) as box:
        for n in range(2):
            inspect(make.delivered(trap.picture_bomb(tmp_path / f"{n}.png")), sandbox=box)
            inspect(
                make.delivered(trap.zip_of(tmp_path / f"{n}.zip", {"b": b"\0" * (90 * 2**20)})), sandbox=box
            )
            inspect(
                make.delivered(trap.carrying(tmp_path / f"{n}.pdf", {"a": b"\0" * (100 * 2**20)})),
                sandbox=box,
            )
    after = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert after < 512 * 1024 or after == before, f"{after} KiB"


@pytest.mark.parametrize(
    ("modes", "dpi", "words", "low", "grey", "silent", "bits"),
    [
        (("RGB", "RGB"), 200, True, (), (), (), 24),
        (("RGB", "L", "1"), 200, False, (), (2, 3), (1, 2, 3), 1),
        (("RGB",), 150, True, (1,), (), (), 24),
    ],
)
def test_resolution_colour_and_text_layer_of_scanned_pages_are_told(
    box: Sandbox, tmp_path: Path, modes: tuple[str, ...], dpi: int, words: bool,
    low: tuple[int, ...], grey: tuple[int, ...], silent: tuple[int, ...], bits: int,
) -> None:  # fmt: skip
    scan = _looked(box, trap.scanned(tmp_path / "a.pdf", *modes, dpi=dpi, words=words)).scan
    assert scan is not None
    assert (scan.pages, scan.lowest_dpi, scan.least_bits) == (len(modes), dpi, bits)
    assert (scan.pages_low, scan.pages_grey, scan.pages_silent) == (low, grey, silent)


def test_a_born_digital_page_is_no_scan(box: Sandbox, tmp_path: Path) -> None:
    assert _looked(box, make.born_digital(tmp_path / "a.pdf")).scan is None


@pytest.mark.parametrize(
    ("name", "build", "kind", "container", "kbps"),
    [
        ("a.mp3", trap.mp3, "sound", "MPEG Audio", 128),
        ("a.wav", trap.sound, "sound", "Wave", 1411),
        ("a.avi", lambda p: trap.avi(p, kbps=2000), "film", "AVI", 2003),
    ],
)
def test_films_and_sounds_tell_their_rate(
    box: Sandbox,
    tmp_path: Path,
    name: str,
    build: Callable[[Path], Path],
    kind: str,
    container: str,
    kbps: int,
) -> None:
    media = _looked(box, build(tmp_path / name)).media
    assert media is not None
    assert (media.kind, media.container, media.kbps) == (kind, container, kbps)


@pytest.mark.parametrize(
    ("name", "build", "media_type", "kind", "codec", "kbps"),
    [
        ("a.mp4", films.mp4, "video/mp4", "film", "AVC", 2002),
        ("wide.mp4", lambda p: films.mp4(p, codec=b"hvc1"), "video/mp4", "film", "HEVC", 2002),
        ("a.mov", films.mov, "video/quicktime", "film", "AVC", 2002),
        ("a.wmv", films.wmv, "video/x-ms-wmv", "film", "VC-1", 2001),
        ("new.wmv", lambda p: films.wmv(p, codec=b"WVC1"), "video/x-ms-wmv", "film", "VC-1", 2001),
        ("other.asf", lambda p: films.wmv(p, codec=b"MP43"), "video/x-ms-wmv", "film", "MPEG-4 Visual", 2001),
        ("a.wma", films.wma, "audio/x-ms-wma", "sound", "WMA", 128),
        ("voice.asf", lambda p: films.wma(p, tag=0x0A), "audio/x-ms-wma", "sound", "WMA", 128),
        ("squeezed.wav", films.compressed_wave, "audio/x-wav", "sound", "ADPCM", 353),
    ],
)  # fmt: skip
def test_a_film_or_sound_is_known_by_its_bytes_with_its_codec(
    box: Sandbox, tmp_path: Path, name: str, build: Callable[[Path], Path],
    media_type: str, kind: str, codec: str, kbps: int,
) -> None:  # fmt: skip
    """All MP4 films went back: PRONOM calls them application/mp4, and so nobody asked what is in them."""
    facts = _looked(box, build(tmp_path / name))
    assert facts.media is not None, facts
    assert (facts.media_type, facts.extensions) == (media_type, EXTENSIONS[media_type])
    assert (facts.media.kind, facts.media.codec, facts.media.kbps) == (kind, codec, kbps)


def test_a_container_without_a_track_cannot_be_opened(box: Sandbox, tmp_path: Path) -> None:
    assert "neither film nor sound" in str(_looked(box, films.asf_of_nothing(tmp_path / "a.wmv")).problem)


def test_a_drawing_is_no_damaged_picture_and_a_picture_of_ours_without_its_body_is(
    box: Sandbox, tmp_path: Path
) -> None:
    """A deployment may keep drawings; the reader of pictures knows none and called them all unopenable."""
    drawing, picture = tmp_path / "a.dwg", tmp_path / "a.png"
    drawing.write_bytes(b"AC1027".ljust(300, b"\0"))
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0\0\0\x0dIHDR" + b"\0" * 21 + b"\0\0\0\0IEND\xaeB\x60\x82")
    assert (_looked(box, drawing).media_type, _looked(box, drawing).problem) == ("image/vnd.dwg", None)
    assert _looked(box, picture).problem is not None


def test_encodings_before_unicode_are_told(box: Sandbox, tmp_path: Path) -> None:
    old, new = tmp_path / "old.txt", tmp_path / "new.txt"
    old.write_bytes("C\xe9ng h\xdfa x\xb7 h\xe9i".encode("latin-1"))
    new.write_text("Cộng hòa xã hội", "utf-8")
    assert [_looked(box, path).charset for path in (old, new)] == ["8-bit", "utf-8"]
    assert _looked(box, trap.legacy_fonts(tmp_path / "a.pdf")).legacy_fonts == (".VnTimeH",)
