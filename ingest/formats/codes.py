"""Which character a one-byte code of a PDF font stands for, by the font's encoding. Runs in the sandbox."""

from __future__ import annotations

from functools import cache
from typing import Any

from fontTools import agl
from fontTools.encodings.MacRoman import MacRoman
from fontTools.encodings.StandardEncoding import StandardEncoding
from pikepdf import Array, Dictionary, Name

NOTDEF = ".notdef"


class UnknownEncodingError(ValueError):
    """What a code of this font means cannot be told for certain."""


@cache
def win_ansi() -> dict[int, str]:
    """Return WinAnsiEncoding: code -> glyph name (ISO 32000-1 Annex D.2)."""
    names = {}
    for code in range(32, 256):
        sign = bytes([code]).decode("cp1252", "ignore")
        name = agl.UV2AGL.get(ord(sign), "") if sign else ""
        names[code] = name or "bullet"  # codes without a character show a bullet
    return names | {127: "bullet", 160: "space", 173: "hyphen"}


def glyph_names(font: Any, *, built_in: dict[int, str]) -> dict[int, str]:
    """Return code -> glyph name of a simple font.

    Args:
        built_in: the font's own encoding, used where the dictionary names none.

    Raises:
        UnknownEncodingError: it names an encoding or glyphs that nobody has agreed on.
    """
    encoding = font.get("/Encoding")
    base, differences = encoding, None
    if isinstance(encoding, Dictionary):
        base, differences = encoding.get("/BaseEncoding"), encoding.get("/Differences")
    names = dict(_named(base, built_in))
    code = 0
    for entry in differences if isinstance(differences, Array) else ():
        if isinstance(entry, Name):
            names[code] = str(entry)[1:]
            code += 1
        else:
            code = int(entry)
    return names


def _named(base: Any, built_in: dict[int, str]) -> dict[int, str]:
    if base is None:
        return built_in
    if base == Name.WinAnsiEncoding:
        return win_ansi()
    if base == Name.MacRomanEncoding:
        return _without_notdef(MacRoman)
    if base == Name.StandardEncoding:
        return standard()
    raise UnknownEncodingError(f"encoding {base}")


@cache
def standard() -> dict[int, str]:
    """Return Adobe's StandardEncoding: code -> glyph name."""
    return _without_notdef(StandardEncoding)


def _without_notdef(names: list[str]) -> dict[int, str]:
    return {code: name for code, name in enumerate(names) if name != NOTDEF}


def character(name: str) -> str:
    """Return the one character of a glyph name in the Adobe Glyph List.

    Raises:
        UnknownEncodingError: it is in no list, or stands for several.
    """
    sign = str(agl.toUnicode(name))
    if len(sign) != 1:
        raise UnknownEncodingError(f"glyph name {name[:40]}")
    return sign
