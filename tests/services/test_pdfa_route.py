"""From a delivered file to a PDF/A-2b, with the real tools: nothing invalid and nothing unfaithful gets out."""

from __future__ import annotations

import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from archive.errors import TemporaryError
from archive.hashing import sha256_of_file
from archive.pdfa.verapdf import VeraPdf
from ingest import our_disk
from ingest.errors import IngestError, ToolMissingError
from ingest.formats import ghostscript
from ingest.formats.cage import Limits
from ingest.formats.convert import Derivative, Failure, Source, normalise
from ingest.formats.fidelity import from_answer, reasons_against
from ingest.formats.flavour import TARGETS
from ingest.formats.inspect import inspect
from ingest.formats.workshop import Tools, Workshop, workshop

sys.path.insert(0, str(Path(__file__).parents[1] / "ingest"))
import pdf_builders as make
from nasty_builders import NASTY

pytestmark = pytest.mark.service

LIMITS = Limits(seconds=120)


@dataclass(frozen=True)
class _Usage:
    """What `shutil.disk_usage` says of a disk."""

    free: int


def _source(path: Path, shop: Workshop, key: str = "one") -> Source:
    return Source(key, path, inspect(make.delivered(path), sandbox=shop.sandbox))


def _made(path: Path, into: Path, shop: Workshop) -> Derivative | Failure:
    (result,) = normalise([_source(path, shop)], into, shop=shop)
    return result


def _tool(path: Path, script: str) -> str:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def _html(path: Path) -> Path:
    path.write_text("<html><body><p>Xin chào</p></body></html>")
    return path


def _empty(path: Path) -> Path:
    path.write_bytes(b"")
    return path


def _text(path: Path) -> Path:
    path.write_text(make.DECISION, "utf-8")
    return path


def _old_text(path: Path) -> Path:
    path.write_bytes("Điều 1. Cộng hòa xã hội".encode("utf-16"))
    return path


def _table(path: Path) -> Path:
    path.write_text('Số ký hiệu,Trích yếu\n"31/2020/QĐ-UBND",Quy chế văn thư\n', "utf-8")
    return path


def _garamond(path: Path) -> Path:
    """A font that is not in the file and that no face of ours has the widths of."""
    return make.unembedded_letters(path, "Garamond")


def _open_document(path: Path) -> Path:
    letter = make.letter(path.with_suffix(".docx"))
    subprocess.run(
        ["soffice", "--headless", f"-env:UserInstallation={(path.parent / 'profile').as_uri()}",
         "--convert-to", "odt", "--outdir", str(path.parent), str(letter)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return path


@pytest.mark.parametrize(
    ("name", "build", "route", "word"),
    [
        ("a.pdf", make.born_digital, "repair", "QUYẾT ĐỊNH"),
        ("js.pdf", make.with_javascript, "repair", "QUYẾT ĐỊNH"),
        ("owner.pdf", lambda path: make.encrypted(path, user=""), "repair", "QUYẾT ĐỊNH"),
        ("8bit.pdf", make.eight_bit_vietnamese, "repair", "QUYẾT ĐỊNH"),
        ("form.pdf", make.filled_form, "embed", "Nguyen Van An"),
        ("helvetica.pdf", make.unembedded_latin, "embed", "ordinary page"),
        ("times.pdf", make.unembedded_letters, "embed", "Home Affairs"),
        ("signs.pdf", make.unembedded_signs, "embed", "Signs"),
        ("poster.pdf", NASTY["poster of 7 metres"], "repair", "QUYẾT ĐỊNH"),
        ("cmyk.pdf", make.cmyk_drawing, "embed", "QUYẾT ĐỊNH"),
        ("noembed.pdf", make.unembedded_vietnamese, "embed", "QUYẾT ĐỊNH"),
        ("garamond.pdf", _garamond, "ghostscript", "Home Affairs"),
        ("wide.pdf", lambda path: make.unembedded_vietnamese(path, wider=1.1), "raster", "QUYẾT ĐỊNH"),
        ("scan.pdf", make.scanned_pdf, "repair", "QUYẾT ĐỊNH"),
        ("a.docx", make.letter, "libreoffice", "QUYẾT ĐỊNH"),
        ("a.xlsx", make.sheet, "libreoffice-wide", "31/2020/QĐ-UBND"),
        ("a.odt", _open_document, "libreoffice", "QUYẾT ĐỊNH"),
        ("a.txt", _text, "libreoffice", "QUYẾT ĐỊNH"),
        ("utf16.txt", _old_text, "libreoffice", "Cộng hòa"),
        ("a.csv", _table, "libreoffice", "Quy chế văn thư"),
        ("a.jpg", make.scan, "picture", "QUYẾT ĐỊNH"),
        ("a.png", make.scan, "picture", "QUYẾT ĐỊNH"),
        ("cmyk.tif", lambda path: make.scan(path, mode="CMYK"), "picture", "QUYẾT ĐỊNH"),
        ("fax.tif", lambda path: make.scan(path, mode="1"), "picture", "QUYẾT ĐỊNH"),
    ],
)
def test_a_file_becomes_pdfa_with_its_words_and_the_original_stays_as_it_was(
    tmp_path: Path,
    shop: Workshop,
    another_vera: VeraPdf,
    name: str,
    build: Callable[[Path], Path],
    route: str | None,
    word: str,
) -> None:
    path = build(tmp_path / name)
    before = sha256_of_file(path)
    result = _made(path, tmp_path / "out", shop)
    assert isinstance(result, Derivative), result
    assert route in (None, result.route), result.attempts
    assert word in " ".join(result.text_path.read_text("utf-8").split())
    assert sha256_of_file(path) == before
    assert result.sha256 == sha256_of_file(result.path)
    assert result.size == result.path.stat().st_size
    assert result.verdict["compliant"] is True
    assert another_vera.check(result.path).compliant is True
    with pikepdf.open(result.path) as pdf:
        assert len(pdf.pages) == result.pages
    assert [one.name for one in sorted((tmp_path / "out").iterdir())] == ["one.pdf", "one.txt"]


@pytest.mark.parametrize(
    ("name", "build", "code"),
    [
        ("empty.pdf", _empty, "FORMAT_UNREADABLE"),
        ("cut.pdf", make.truncated, "FORMAT_UNREADABLE"),
        ("locked.pdf", make.encrypted, "FORMAT_ENCRYPTED"),
        ("vntime.pdf", lambda path: make.unembedded_vietnamese(path, "VnTime"), "PDFA_FAILED"),
    ],
)
def test_what_cannot_be_preserved_is_a_failure_with_a_code_and_no_file(
    tmp_path: Path, shop: Workshop, name: str, build: Callable[[Path], Path], code: str
) -> None:
    result = _made(build(tmp_path / name), tmp_path / "out", shop)
    assert isinstance(result, Failure)
    assert (result.code, bool(str(result.reason))) == (code, True)
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("build", [make.truncated, make.encrypted, _html])
def test_facts_that_hide_the_trouble_do_not_help_a_bad_file(
    tmp_path: Path, shop: Workshop, build: Callable[[Path], Path]
) -> None:
    """Whoever made the facts may be wrong: the routes find out by themselves."""
    good = _source(make.born_digital(tmp_path / "good.pdf"), shop)
    path = build(tmp_path / "bad.pdf")
    (result,) = normalise([Source("x", path, good.facts)], tmp_path / "out", shop=shop)
    assert isinstance(result, Failure)
    assert list((tmp_path / "out").iterdir()) == []


def test_one_bad_file_does_not_stop_the_others_and_the_order_is_kept(tmp_path: Path, shop: Workshop) -> None:
    sources = [
        _source(make.letter(tmp_path / "a.docx"), shop, "a"),
        _source(make.truncated(tmp_path / "b.pdf"), shop, "b"),
        _source(make.born_digital(tmp_path / "c.pdf"), shop, "c"),
    ]
    results = normalise(sources, tmp_path / "out", shop=shop)
    assert [(one.id, type(one)) for one in results] == [("a", Derivative), ("b", Failure), ("c", Derivative)]


def test_what_is_pdfa_already_is_kept_byte_for_byte(tmp_path: Path, shop: Workshop) -> None:
    first = _made(make.born_digital(tmp_path / "a.pdf"), tmp_path / "out", shop)
    assert isinstance(first, Derivative)
    again = _made(first.path, tmp_path / "again", shop)
    assert isinstance(again, Derivative)
    assert (again.route, again.sha256) == ("kept", first.sha256)


def test_scripts_and_attachments_are_gone_from_the_derivative_and_their_removal_is_told(
    tmp_path: Path, shop: Workshop
) -> None:
    path = make.with_javascript(tmp_path / "a.pdf")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.attachments["bảng.txt"] = b"hello"
        pdf.save(path)
    result = _made(path, tmp_path / "out", shop)
    assert isinstance(result, Derivative)
    told = " ".join(result.attempts[0].removals)
    assert all(word in told for word in ("JavaScript", "Launch", "embedded file"))
    facts = inspect(make.delivered(result.path), sandbox=shop.sandbox)
    assert facts.active_content == ()


def test_ghostscript_that_drops_vietnamese_accents_is_refused_by_the_gate(
    tmp_path: Path, shop: Workshop
) -> None:
    """Debian 12's Ghostscript makes valid PDF/A of this file whose text has lost its accents."""
    path = make.eight_bit_vietnamese(tmp_path / "a.pdf")
    raw, out, words = tmp_path / "gs.pdf", tmp_path / "out.pdf", tmp_path / "out.txt"
    ghostscript.convert(path, raw, limits=LIMITS)
    shop.sandbox.ask("repair", path=raw, out=out, statement="")
    said = subprocess.run(["pdftotext", str(out), "-"], capture_output=True, text=True, check=True).stdout
    reasons = reasons_against(from_answer(shop.sandbox.ask("measure", before=path, after=out, text=words)))
    assert shop.vera.check(out).compliant is True
    assert bool(reasons) == ("CỘNG HÒA XÃ HỘI" not in said)  # another Ghostscript may do no harm
    version = subprocess.run(["gs", "--version"], capture_output=True, text=True, check=True).stdout
    if version.startswith("10.00"):
        assert any("words lost" in str(reason) for reason in reasons)


def test_a_ghostscript_that_writes_a_blank_page_with_exit_0_is_refused(
    tmp_path: Path, shop: Workshop
) -> None:
    """Its blank page is valid PDF/A; the file must then go the way of pictures."""
    blank = tmp_path / "blank.pdf"
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(595, 842))
        pdf.save(blank)
    path = _garamond(tmp_path / "a.pdf")
    fake = _tool(
        tmp_path / "gs",
        f'for part in "$@"; do case "$part" in -sOutputFile=*) cp {blank} "${{part#-sOutputFile=}}";; esac; done',
    )
    sly = replace(shop, tools=replace(shop.tools, gs=fake))
    result = _made(path, tmp_path / "out", sly)
    assert isinstance(result, Derivative)
    assert result.route == "raster"
    refused = next(one for one in result.attempts if one.route == "ghostscript")
    assert refused.outcome == "refused"
    assert any("words lost" in str(reason) for reason in refused.reasons)


def test_a_libreoffice_that_hangs_on_one_file_fails_that_file_alone(tmp_path: Path) -> None:
    """The fake hangs when the poisoned file is among its arguments, else it is the real one."""
    fake = _tool(
        tmp_path / "soffice",
        'for part in "$@"; do case "$part" in *.docx) '
        'grep -q POISON "$part" 2>/dev/null && sleep 600 ;; esac; done\nexec soffice "$@"',
    )
    shop = workshop(Tools(soffice=fake, limits=Limits(seconds=25)))
    bad = make.letter(tmp_path / "bad.docx")
    bad.write_bytes(bad.read_bytes() + b"POISON")
    sources = [
        _source(make.letter(tmp_path / "a.docx"), shop, "a"),
        replace(_source(make.letter(tmp_path / "b.docx"), shop, "b"), path=bad),
        _source(make.letter(tmp_path / "c.docx"), shop, "c"),
    ]
    results = normalise(sources, tmp_path / "out", shop=shop)
    assert [type(one) for one in results] == [Derivative, Failure, Derivative]
    assert isinstance(results[1], Failure)
    assert "not done in 25 s" in str(results[1].reason)


def test_a_libreoffice_that_prints_something_else_is_refused(tmp_path: Path, shop: Workshop) -> None:
    other = _made(make.letter(tmp_path / "other.docx", "Một văn bản khác hẳn"), tmp_path / "o", shop)
    assert isinstance(other, Derivative)
    fake = _tool(
        tmp_path / "soffice",
        f'while [ "$1" != --outdir ]; do shift; done; cp {other.path} "$2/$(basename "${{3%.*}}").pdf"',
    )
    sly = workshop(Tools(soffice=fake, limits=LIMITS))
    result = _made(make.letter(tmp_path / "a.docx"), tmp_path / "out", sly)
    assert isinstance(result, Failure)
    assert (result.code, "of the words are printed" in str(result.reason)) == ("PDFA_FAILED", True)


@pytest.mark.parametrize(("name", "build"), [("a.docx", make.letter), ("a.pdf", _garamond)])
def test_a_file_that_fails_while_our_disk_is_full_is_not_judged(
    tmp_path: Path, name: str, build: Callable[[Path], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = _tool(tmp_path / "tool", 'echo "No space left on device" >&2; exit 1')
    made = workshop(Tools(soffice=failing, gs=failing, tesseract=failing, limits=LIMITS))
    path = build(tmp_path / name)
    assert isinstance(_made(path, tmp_path / "out", made), Failure)
    monkeypatch.setattr(our_disk.shutil, "disk_usage", lambda _: _Usage(free=our_disk.ROOM - 1))
    with pytest.raises(TemporaryError, match="No space left"):
        _made(path, tmp_path / "out", made)
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    ("missing", "build"),
    [
        ("soffice", make.letter),
        ("gs", _garamond),
        ("tesseract", make.scan),
    ],
)
def test_a_missing_tool_is_temporary_and_named(
    tmp_path: Path, missing: str, build: Callable[[Path], Path]
) -> None:
    shop = workshop(Tools(limits=LIMITS, **{missing: f"/nowhere/{missing}"}))
    name = {"soffice": "a.docx", "gs": "a.pdf", "tesseract": "a.png"}[missing]
    with pytest.raises(ToolMissingError, match=missing):
        _made(build(tmp_path / name), tmp_path / "out", shop)
    assert list((tmp_path / "out").iterdir()) == []


def test_without_verapdf_nothing_is_accepted(tmp_path: Path, shop: Workshop) -> None:
    blind = replace(shop, vera=VeraPdf(jar=tmp_path / "none.jar"))
    with pytest.raises(TemporaryError, match="veraPDF"):
        _made(make.born_digital(tmp_path / "a.pdf"), tmp_path / "out", blind)
    assert list((tmp_path / "out").iterdir()) == []


def _signed_paper(tmp_path: Path, name: str = "Nguyễn Văn An") -> Path:
    from tests.samples.papers import sign_pdf
    from tests.samples.pki import Pki

    path = make.born_digital(tmp_path / "a.pdf")
    sign_pdf(path, [Pki(tmp_path / "keys", tmp_path / "trust").signer(name, "UBND tỉnh")])
    return path


def test_a_signed_pdf_gives_an_unsigned_copy_with_a_verification_page(
    tmp_path: Path, shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _signed_paper(tmp_path)
    monkeypatch.setenv("TANGTHU_INGEST__TRUST_ROOTS", str(tmp_path / "trust"))
    before = path.read_bytes()
    source = _source(path, shop)
    (result,) = normalise([source], tmp_path / "out", shop=shop)
    assert isinstance(result, Derivative), result
    assert path.read_bytes() == before
    assert (result.pages, result.verification_page) == (2, 3)
    assert [one.route for one in result.attempts if one.outcome == "accepted"][-1] == "verification-page"
    assert shop.vera.check(result.path, "2b").compliant is True
    with pikepdf.open(result.path) as pdf:
        assert len(pdf.pages) == 3
        assert "/AcroForm" not in pdf.Root
        assert "không mang chữ ký số" in str(pdf.docinfo["/Subject"])
        assert source.facts.sha256 in str(pdf.docinfo["/Subject"])
    *pages, last = _page_words(result.path)
    first, second = _page_words(path)
    assert pages[0].startswith(first)  # what the seal shows is drawn into the page behind it
    assert pages[1] == second
    for told in ("Nguyễn Văn An", "UBND tỉnh", source.facts.sha256, "Chữ ký hợp lệ", "do người ký tự khai"):
        assert told in last
    assert "Trang xác thực" not in result.text_path.read_text("utf-8")


@pytest.mark.parametrize("flavour", ["1b", "3b"])
def test_the_verification_page_is_put_behind_other_flavours_too(
    tmp_path: Path, shop: Workshop, flavour: str
) -> None:
    source = replace(_source(_signed_paper(tmp_path), shop), flavour=flavour)
    (result,) = normalise([source], tmp_path / "out", shop=shop)
    assert isinstance(result, Derivative), result
    assert result.verification_page == 3, result.attempts
    assert shop.vera.check(result.path, flavour).compliant is True


def test_a_signer_named_in_signs_no_letter_has_is_still_printed(tmp_path: Path, shop: Workshop) -> None:
    source = _source(_signed_paper(tmp_path, "<b>安\u202e\x07 An"), shop)
    (result,) = normalise([source], tmp_path / "out", shop=shop)
    assert isinstance(result, Derivative), result
    assert result.verification_page == 3, result.attempts
    assert "<b>??? An" in _page_words(result.path)[-1]


def test_a_verification_page_verapdf_refuses_leaves_the_valid_copy_as_it_was(
    tmp_path: Path, shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def _unembedded(*_: object, **__: object) -> bytes:
        return make.unembedded_latin(tmp_path / "bad.pdf").read_bytes()

    monkeypatch.setattr("ingest.formats.proof_page.render", _unembedded)
    (result,) = normalise([_source(_signed_paper(tmp_path), shop)], tmp_path / "out", shop=shop)
    assert isinstance(result, Derivative), result
    assert result.verification_page == 0
    assert (result.attempts[-1].route, result.attempts[-1].outcome) == ("verification-page", "refused")
    assert shop.vera.check(result.path, "2b").compliant is True
    with pikepdf.open(result.path) as pdf:
        assert len(pdf.pages) == 2


def _page_words(path: Path) -> list[str]:
    document = pypdfium2.PdfDocument(path)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


def test_an_id_that_is_a_path_is_refused(tmp_path: Path, shop: Workshop) -> None:
    source = replace(_source(make.born_digital(tmp_path / "a.pdf"), shop), id="../../x")
    with pytest.raises(IngestError, match="cannot name"):
        normalise([source], tmp_path / "out", shop=shop)


@pytest.mark.parametrize("flavour", ["1b", "2u", "3b"])
@pytest.mark.parametrize(
    ("name", "build"), [("a.pdf", make.unembedded_vietnamese), ("a.docx", make.letter), ("a.png", make.scan)]
)
def test_another_flavour_is_made_when_it_is_asked_for(
    tmp_path: Path,
    shop: Workshop,
    another_vera: VeraPdf,
    flavour: str,
    name: str,
    build: Callable[[Path], Path],
) -> None:
    source = replace(_source(build(tmp_path / name), shop), flavour=flavour)
    (result,) = normalise([source], tmp_path / "out", shop=shop)
    assert isinstance(result, Derivative), result
    assert (result.flavour, result.verdict["flavour"]) == (flavour, flavour)
    assert another_vera.check(result.path, flavour).compliant is True
    again = inspect(make.delivered(result.path), sandbox=shop.sandbox)
    assert again.puid == TARGETS[flavour].puid


def test_a_scan_tells_how_sure_ocr_was_of_each_page(tmp_path: Path, shop: Workshop) -> None:
    result = _made(make.scanned_pdf(tmp_path / "a.pdf"), tmp_path / "out", shop)
    assert isinstance(result, Derivative)
    (page,) = result.recognised
    assert (page.page, page.words > 40) == (1, True)
    assert result.confidence is not None
    assert 60 < result.confidence <= 100
    plain = _made(make.born_digital(tmp_path / "b.pdf"), tmp_path / "plain", shop)
    assert isinstance(plain, Derivative)
    assert (plain.recognised, plain.confidence) == ((), None)
