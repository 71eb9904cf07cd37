"""Gives a PDF the fonts it left out, from faces of the same widths, and its CMYK a meaning. Runs in the sandbox.

PDF/A wants every font in the file (ISO 19005-2, 6.2.11.4.1). A file in Helvetica or Times New Roman without the
program gets Liberation's: the codes keep their characters, the widths the page was laid out with are compared
with the face's and kept, and a font whose codes or widths do not fit is left as it is (veraPDF then refuses the
file and the next route is tried). How it looks and reads is judged by the gate like any other candidate.

Two kinds are helped: simple fonts, whose encoding says which character a code is; and Identity-H fonts that carry
a ToUnicode table: there the table says it.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pikepdf
from fontTools import t1Lib
from fontTools.pens.basePen import NullPen
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name

from ingest.formats import codes, letters, to_unicode
from ingest.formats.codes import UnknownEncodingError
from ingest.formats.colours import give_cmyk_a_meaning
from ingest.formats.faces import advances, describe, give_program, number, program_of, segments
from ingest.formats.flavour import FLAVOUR
from ingest.formats.repair import finish

SIMPLE = frozenset({"/Type1", "/TrueType", "/MMType1"})
PROGRAMS = ("/FontFile", "/FontFile2", "/FontFile3")
WIDTH_TOLERANCE = 20.0  # thousandths of the font size; the same width is within 1, a narrow face is 100 off
MISSING_WIDTH = 0.0
NONSYMBOLIC, SYMBOLIC = 32, 4


class _NotOurs(ValueError):
    """This font stays as it is; the message says why."""


def embed(source: Path, out: Path, *, cmyk: str = "", flavour: str = FLAVOUR) -> dict[str, Any]:
    """Write a copy of a mended PDF with the fonts it lacks.

    Args:
        cmyk: path of an ICC profile for colours given as CMYK without one; "" leaves them.

    Returns:
        `embedded`: what was put in, one sentence each; `left`: fonts that stayed out, with the reason.
    """
    embedded: Counter[str] = Counter()
    left: dict[str, str] = {}
    with pikepdf.open(source) as pdf:
        for font in _fonts(pdf):
            name = str(font.get("/BaseFont", ""))[1:]
            try:
                face = _give(pdf, font)
            except (_NotOurs, UnknownEncodingError, to_unicode.UnreadableTableError) as error:
                left[name[:80]] = str(error)[:200]
            else:
                embedded[f"font {name[:80]} was not in the file: {face} of the same widths put in"] += 1
        if cmyk and give_cmyk_a_meaning(pdf, Path(cmyk)):
            embedded["CMYK colours without a profile: read by a general profile"] += 1
        finish(pdf, out, flavour)
    return {"embedded": list(embedded), "left": left}


def _fonts(pdf: pikepdf.Pdf) -> list[Any]:
    """Return every font dictionary without a program, those written inside a resource dictionary too."""
    found: dict[tuple[int, int] | int, Any] = {}
    for thing in pdf.objects:
        if not isinstance(thing, Dictionary | pikepdf.Stream):
            continue
        if _lacking(thing):
            found[thing.objgen] = thing
        for holder in (thing, thing.get("/Resources")):
            fonts = holder.get("/Font") if isinstance(holder, Dictionary | pikepdf.Stream) else None
            for font in fonts.values() if isinstance(fonts, Dictionary) else ():
                if isinstance(font, Dictionary) and not font.is_indirect and _lacking(font):
                    found[len(found)] = font
    return list(found.values())


def _lacking(font: Any) -> bool:
    if font.get("/Type") != Name.Font:
        return False
    kind = str(font.get("/Subtype", ""))
    if kind == "/Type0":
        below = font.get("/DescendantFonts")
        return isinstance(below, Array) and len(below) == 1 and not _has_program(below[0])
    return kind in SIMPLE and not _has_program(font)


def _has_program(font: Any) -> bool:
    descriptor = font.get("/FontDescriptor") if isinstance(font, Dictionary) else None
    return isinstance(descriptor, Dictionary) and any(key in descriptor for key in PROGRAMS)


def _give(pdf: pikepdf.Pdf, font: Any) -> str:
    """Put a face's program into a font; return the face's name."""
    face = letters.stands_for(str(font.get("/BaseFont", "")))
    path = letters.file_of(face) if face else None
    if face is None or path is None:
        raise _NotOurs("no face of the same widths is known" if face is None else f"{face} is not installed")
    if font.get("/Subtype") == Name.Type0:
        _composite(pdf, font, path)
    elif path.suffix == ".t1":
        _signs(pdf, font, path)
    else:
        _simple(pdf, font, path)
    return face


# -- simple fonts ------------------------------------------------------------------------------------------


def _simple(pdf: pikepdf.Pdf, font: Any, path: Path) -> None:
    flags = int(font.get("/FontDescriptor", {}).get("/Flags", NONSYMBOLIC))
    if "/Encoding" not in font and flags & SYMBOLIC and font.get("/Subtype") == Name.TrueType:
        raise _NotOurs("its codes follow a table that is not in the file")
    names = codes.glyph_names(font, built_in=codes.standard())
    signs = {code: codes.character(name) for code, name in names.items()}
    own = advances(path)
    said = _widths(font)
    _compare({code: said[code] for code in signs if said.get(code)}, signs, own)
    widths = {code: said.get(code) or own.get(sign, MISSING_WIDTH) for code, sign in signs.items()}
    # A character shown twice (space and no-break space) has one glyph: the code that is laid out wins.
    wanted = {sign: widths[code] for code, sign in sorted(signs.items(), reverse=True) if sign in own}
    wanted |= {sign: said[code] for code, sign in signs.items() if said.get(code) and sign in own}
    program, facts = program_of(path, tuple(sorted(wanted.items())))
    first, last = min(signs), max(signs)
    font["/Subtype"] = Name.TrueType
    font["/FirstChar"], font["/LastChar"] = first, last
    font["/Widths"] = Array([number(widths.get(code, MISSING_WIDTH)) for code in range(first, last + 1)])
    font["/Encoding"] = _encoding(names)
    give_program(pdf, font, font, path, facts | {"Flags": NONSYMBOLIC | int(facts["Flags"])}, program)


def _encoding(names: Mapping[int, str]) -> Any:
    """Return WinAnsi or what differs from it: what PDF/A-2 lets a TrueType font have (6.2.11.6)."""
    base = codes.win_ansi()
    differences: list[Any] = []
    before = -2
    for code in sorted(names):
        if base.get(code) != names[code]:
            differences += (
                [Name("/" + names[code])] if code == before + 1 else [code, Name("/" + names[code])]
            )
            before = code
    if not differences:
        return Name.WinAnsiEncoding
    return Dictionary(Type=Name.Encoding, BaseEncoding=Name.WinAnsiEncoding, Differences=Array(differences))


def _widths(font: Any) -> dict[int, float]:
    """Return code -> width as the file says it; empty when it says none."""
    given = font.get("/Widths")
    if not isinstance(given, Array):
        return {}
    first = int(font.get("/FirstChar", 0))
    return {first + place: float(width) for place, width in enumerate(given)}


def _compare(said: Mapping[int, float], signs: Mapping[int, str], own: Mapping[str, float]) -> None:
    """Raise unless every width the file gives is the face's own, as nearly as widths are rounded."""
    for code, width in said.items():
        sign = signs[code]
        if sign not in own or sign == "\u2022":  # a bullet fills codes that mean nothing
            continue
        if abs(own[sign] - width) > WIDTH_TOLERANCE:
            raise _NotOurs(f"{sign!r} is {width:g} wide in the file and {own[sign]:g} in the face")


# -- signs -------------------------------------------------------------------------------------------------


def _signs(pdf: pikepdf.Pdf, font: Any, path: Path) -> None:
    """Give Symbol or Zapf Dingbats its Type 1 program, whole: both are small."""
    program = t1Lib.T1Font(str(path))
    built_in = {code: name for code, name in enumerate(program["Encoding"]) if name != codes.NOTDEF}
    names = codes.glyph_names(font, built_in=built_in)
    drawn = program.getGlyphSet()
    own = {}
    for code, name in names.items():
        if name in drawn.keys():  # noqa: SIM118 (a glyph set is no dictionary)
            glyph = drawn[name]
            glyph.draw(NullPen())
            own[code] = float(glyph.width)
    said = _widths(font)
    for code, width in own.items():
        if said.get(code) and abs(said[code] - width) > WIDTH_TOLERANCE:
            raise _NotOurs(f"{names[code]} is {said[code]:g} wide in the file and {width:g} in the face")
    first, last = min(own), max(own)
    font["/Subtype"] = Name.Type1
    font["/FirstChar"], font["/LastChar"] = first, last
    font["/Widths"] = Array([number(own.get(code, MISSING_WIDTH)) for code in range(first, last + 1)])
    data, lengths = segments(path)
    box = [float(side) for side in program["FontBBox"]]
    facts = {"Flags": SYMBOLIC, "FontBBox": box, "ItalicAngle": 0, "Ascent": box[3], "Descent": box[1]}
    stream = pdf.make_stream(data, Length1=lengths[0], Length2=lengths[1], Length3=lengths[2])
    name = str(program["FontName"])
    describe(pdf, font, font, name, facts | {"CapHeight": box[3], "FontFile": stream})


# -- Identity-H fonts ----------------------------------------------------------------------------------------


def _composite(pdf: pikepdf.Pdf, font: Any, path: Path) -> None:
    """Give an Identity-H font the glyphs its ToUnicode table speaks of."""
    below = font["/DescendantFonts"][0]
    table = font.get("/ToUnicode")
    if font.get("/Encoding") != Name("/Identity-H") or below.get("/Subtype") != Name.CIDFontType2:
        raise _NotOurs("its codes are neither characters nor Identity-H")
    if not isinstance(table, pikepdf.Stream):
        raise _NotOurs("no table says which characters its codes are")
    signs = {cid: sign for cid, sign in to_unicode.read(table.read_bytes()).items() if sign.isprintable()}
    if not signs:
        raise _NotOurs("its table of characters is empty")
    own = advances(path)
    missing = sorted({sign for sign in signs.values() if sign not in own})
    if missing:
        raise _NotOurs(f"the face lacks {missing[0]!r}")
    said = to_unicode.cid_widths(below)
    default = float(below.get("/DW", 1000))
    _compare({cid: said.get(cid, default) for cid in signs}, signs, own)
    wanted = {sign: said.get(cid, default) for cid, sign in signs.items()}
    program, facts = program_of(path, tuple(sorted(wanted.items())))
    placed = TTFont(io.BytesIO(program), lazy=True)
    glyphs = placed.getBestCmap()
    mapping = bytearray(2 * (max(signs) + 1))
    for cid, sign in signs.items():
        mapping[2 * cid : 2 * cid + 2] = placed.getGlyphID(glyphs[ord(sign)]).to_bytes(2, "big")
    below["/CIDToGIDMap"] = pdf.make_stream(bytes(mapping))
    below["/CIDSystemInfo"] = Dictionary(
        Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"), Supplement=0
    )
    below["/W"] = Array(
        [part for cid in sorted(signs) for part in (cid, Array([number(wanted[signs[cid]])]))]
    )
    give_program(pdf, font, below, path, facts | {"Flags": SYMBOLIC | int(facts["Flags"])}, program)
