"""Fonts that were left out of a PDF: which face stands for which, and that codes and widths are kept."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pdf_builders as make
import pikepdf
import pytest
from fontTools.ttLib import TTFont

from ingest.formats import codes, letters, to_unicode
from ingest.formats.embed import embed


@pytest.mark.parametrize(
    ("name", "face"),
    [
        ("/Helvetica", "LiberationSans-Regular"),
        ("/Helvetica-BoldOblique", "LiberationSans-BoldItalic"),
        ("/ABCDEF+TimesNewRomanPS-BoldMT", "LiberationSerif-Bold"),
        ("/TimesNewRomanPSMT", "LiberationSerif-Regular"),
        ("/Times-Roman", "LiberationSerif-Regular"),
        ("/Times New Roman,BoldItalic", "LiberationSerif-BoldItalic"),
        ("/Arial,Italic", "LiberationSans-Italic"),
        ("/ArialMT", "LiberationSans-Regular"),
        ("/CourierNewPS-ItalicMT", "LiberationMono-Italic"),
        ("/Courier", "LiberationMono-Regular"),
        ("/Calibri-Bold", "Carlito-Bold"),
        ("/Symbol", "StandardSymbolsPS"),
        ("/ZapfDingbats", "D050000L"),
        ("/ArialNarrow", None),
        ("/Arial-Black", None),
        ("/Calibri-Light", None),
        ("/VnTime", None),
        ("/Wingdings-Regular", None),
        ("/", None),
    ],
)
def test_a_face_stands_only_for_fonts_of_its_widths(name: str, face: str | None) -> None:
    assert letters.stands_for(name) == face


def test_every_face_that_may_be_named_is_a_package_of_the_machine() -> None:
    for name in ("Helvetica", "Times-BoldItalic", "Courier-Bold", "Calibri-Italic", "Symbol", "ZapfDingbats"):
        face = letters.stands_for(name)
        assert face is not None
        assert letters.file_of(face) is not None, f"{face}: see deploy/debian-packages.txt"


@pytest.fixture
def font_of() -> Iterator[Callable[[Path], Any]]:
    """Gives the one font of a file's first page, while the file is open."""
    with ExitStack() as stack:

        def _font(path: Path) -> Any:
            pdf = stack.enter_context(pikepdf.open(path))
            (font,) = pdf.pages[0].Resources.Font.values()
            return font

        yield _font


def _program(font: Any) -> TTFont:
    return TTFont(io.BytesIO(font.FontDescriptor.FontFile2.read_bytes()))


def test_the_widths_of_the_page_are_the_widths_of_the_program(
    tmp_path: Path, font_of: Callable[[Path], Any]
) -> None:
    path = make.unembedded_letters(tmp_path / "a.pdf")
    before = font_of(path)
    answer = embed(path, tmp_path / "b.pdf")
    assert (len(answer["embedded"]), answer["left"]) == (1, {})
    after = font_of(tmp_path / "b.pdf")
    program, names = _program(after), codes.win_ansi()
    glyphs, first = program.getBestCmap(), int(after.FirstChar)
    for code, width in enumerate(before.Widths, int(before.FirstChar)):
        assert after.Widths[code - first] == width
        sign = codes.character(names[code])
        drawn = program["hmtx"][glyphs[ord(sign)]][0] * 1000 / program["head"].unitsPerEm
        assert abs(drawn - float(width)) <= 1


def test_a_code_keeps_its_character(tmp_path: Path, font_of: Callable[[Path], Any]) -> None:
    """Helvetica without an encoding has Adobe's: there code 39 is a curly quote, in WinAnsi a straight one."""
    path = make.unembedded_latin(tmp_path / "a.pdf")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        (font,) = pdf.pages[0].Resources.Font.values()
        del font["/Encoding"]
        pdf.save(path)
    embed(path, tmp_path / "b.pdf")
    after = font_of(tmp_path / "b.pdf")
    names = codes.glyph_names(after, built_in={})
    assert {code: names[code] for code in codes.standard()} == codes.standard()
    assert names[39] == "quoteright"


@pytest.mark.parametrize(
    ("name", "widths", "why"),
    [
        ("TimesNewRomanPSMT", "Helvetica", "wide in the file"),
        ("Calibri", "Times", "wide in the file"),
        ("Garamond", "Times", "no face of the same widths is known"),
    ],
)
def test_a_font_of_other_widths_is_left_as_it_is(
    tmp_path: Path, font_of: Callable[[Path], Any], name: str, widths: str, why: str
) -> None:
    path = make.unembedded_letters(tmp_path / "a.pdf", name, widths=widths)
    answer = embed(path, tmp_path / "b.pdf")
    assert answer["embedded"] == []
    assert why in answer["left"][name]
    assert "/FontFile2" not in font_of(tmp_path / "b.pdf").FontDescriptor


def _changed(path: Path, **parts: Any) -> Path:
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        (font,) = pdf.pages[0].Resources.Font.values()
        for key, value in parts.items():
            font["/" + key] = value
        pdf.save(path)
    return path


@pytest.mark.parametrize("name", ["/g37", "/.notdef", "/c99", "/nothing.in.any.list"])
def test_a_font_whose_codes_nobody_agreed_on_is_left_as_it_is(tmp_path: Path, name: str) -> None:
    strange = pikepdf.Dictionary(
        BaseEncoding=pikepdf.Name.WinAnsiEncoding, Differences=pikepdf.Array([65, pikepdf.Name(name)])
    )
    path = _changed(make.unembedded_letters(tmp_path / "a.pdf"), Encoding=strange)
    answer = embed(path, tmp_path / "b.pdf")
    assert (answer["embedded"], len(answer["left"])) == ([], 1)


def test_a_symbolic_font_without_an_encoding_is_left_as_it_is(tmp_path: Path) -> None:
    path = make.unembedded_letters(tmp_path / "a.pdf")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        (font,) = pdf.pages[0].Resources.Font.values()
        del font["/Encoding"]
        font.FontDescriptor.Flags = 4
        pdf.save(path)
    assert "table that is not in the file" in embed(path, tmp_path / "b.pdf")["left"]["TimesNewRomanPSMT"]


def test_vietnamese_letters_without_a_program_get_them_by_the_table_of_characters(
    tmp_path: Path, font_of: Callable[[Path], Any]
) -> None:
    path = make.unembedded_vietnamese(tmp_path / "a.pdf")
    answer = embed(path, tmp_path / "b.pdf")
    assert (len(answer["embedded"]), answer["left"]) == (1, {})
    font = font_of(tmp_path / "b.pdf")
    below = font.DescendantFonts[0]
    mapping, program = below.CIDToGIDMap.read_bytes(), _program(below)
    glyphs = program.getBestCmap()
    signs = to_unicode.read(font.ToUnicode.read_bytes())
    assert {"Ộ", "ệ", "Đ", "ị"} <= set(signs.values())
    for cid, sign in signs.items():
        if sign.isprintable():
            glyph = int.from_bytes(mapping[2 * cid : 2 * cid + 2], "big")
            assert program.getGlyphName(glyph) == glyphs[ord(sign)]


def test_vietnamese_letters_without_a_table_of_characters_are_left_as_they_are(tmp_path: Path) -> None:
    path = make.unembedded_vietnamese(tmp_path / "a.pdf")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        (font,) = pdf.pages[0].Resources.Font.values()
        del font["/ToUnicode"]
        pdf.save(path)
    answer = embed(path, tmp_path / "b.pdf")
    assert list(answer["left"].values()) == ["no table says which characters its codes are"]


def test_a_table_of_characters_is_read_in_all_its_forms() -> None:
    table = (
        b"2 beginbfchar <0003> <0041> <0004> <1ED8> endbfchar\n"
        b"2 beginbfrange <0010> <0012> <0061> <0020> <0021> [<0111> <0110>] endbfrange"
    )
    assert to_unicode.read(table) == {3: "A", 4: "Ộ", 16: "a", 17: "b", 18: "c", 32: "đ", 33: "Đ"}


@pytest.mark.parametrize(
    "table",
    [
        b"1 beginbfchar <03> <0041> endbfchar",
        b"1 beginbfchar <0003> <00410042> endbfchar",
        b"1 beginbfchar <0003> <D800> endbfchar",
        b"1 beginbfrange <0009> <0003> <0041> endbfrange",
    ],
)
def test_a_table_that_says_something_else_is_not_guessed_at(table: bytes) -> None:
    with pytest.raises(to_unicode.UnreadableTableError):
        to_unicode.read(table)


def test_widths_of_cids_are_read_in_both_forms() -> None:
    font = pikepdf.Dictionary(W=pikepdf.Array([1, pikepdf.Array([500, 600]), 10, 12, 250]))
    assert to_unicode.cid_widths(font) == {1: 500, 2: 600, 10: 250, 11: 250, 12: 250}


def test_cmyk_gets_a_profile_and_its_numbers_stay(tmp_path: Path) -> None:
    from ingest.formats.colours import cmyk_profile

    profile = cmyk_profile()
    assert profile is not None
    path = make.cmyk_drawing(tmp_path / "a.pdf")
    embed(path, tmp_path / "b.pdf", cmyk=str(profile))
    with pikepdf.open(tmp_path / "b.pdf") as pdf:
        assert pdf.pages[0].Resources.ColorSpace.DefaultCMYK[0] == pikepdf.Name.ICCBased
        drawn = [str(one.operator) for one in pikepdf.parse_content_stream(pdf.pages[0])]
    assert "k" in drawn
