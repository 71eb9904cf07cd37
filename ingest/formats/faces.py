"""A face's program cut down to what a PDF needs of it, and the descriptor that goes with it. Runs in the sandbox."""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pikepdf
from fontTools import subset, t1Lib
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name


@lru_cache(maxsize=16)
def advances(path: Path) -> Mapping[str, float]:
    """Return character -> width in thousandths of the font size."""
    with TTFont(path, lazy=True) as face:
        unit, advance = face["head"].unitsPerEm, face["hmtx"]
        return {chr(code): advance[name][0] * 1000 / unit for code, name in face.getBestCmap().items()}


@lru_cache(maxsize=64)
def program_of(path: Path, wanted: tuple[tuple[str, float], ...]) -> tuple[bytes, dict[str, Any]]:
    """Return a face cut down to these characters, each as wide as asked, and what a descriptor says of it."""
    with TTFont(path) as face:
        options = subset.Options(notdef_outline=True, hinting=True, glyph_names=False, layout_features=[])
        options.drop_tables += ["GSUB", "GPOS", "GDEF", "kern", "FFTM"]
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=[ord(sign) for sign, _ in wanted])
        cutter.subset(face)
        unit, advance, glyphs = face["head"].unitsPerEm, face["hmtx"], face.getBestCmap()
        for sign, width in wanted:
            name = glyphs[ord(sign)]
            advance[name] = (round(width * unit / 1000), advance[name][1])
        scale = 1000 / unit
        head, os2, post = face["head"], face["OS/2"], face["post"]
        fixed = 1 if post.isFixedPitch else 0
        facts = {
            "Flags": fixed | (64 if post.italicAngle else 0),
            "FontBBox": [round(side * scale) for side in (head.xMin, head.yMin, head.xMax, head.yMax)],
            "ItalicAngle": float(post.italicAngle),
            "Ascent": round(face["hhea"].ascent * scale),
            "Descent": round(face["hhea"].descent * scale),
            "CapHeight": round(getattr(os2, "sCapHeight", 1409) * scale),
        }
        data = io.BytesIO()
        face.save(data)
    return data.getvalue(), facts


def give_program(
    pdf: pikepdf.Pdf, font: Any, below: Any, path: Path, facts: Mapping[str, Any], program: bytes
) -> None:
    """Put a TrueType program into a font, and what is said of it; `below` is the font that has a descriptor."""
    stream = pdf.make_stream(program, Length1=len(program))
    describe(pdf, font, below, f"AAAAAA+{path.stem}", {**facts, "FontFile2": stream})


def describe(pdf: pikepdf.Pdf, font: Any, below: Any, name: str, facts: Mapping[str, Any]) -> None:
    """Write the descriptor; `below` is the font that has one, `font` the one the page names."""
    called = Name("/" + name)
    descriptor = Dictionary(Type=Name.FontDescriptor, FontName=called, StemV=80)
    for key, value in facts.items():
        descriptor["/" + key] = Array(value) if isinstance(value, list) else value
    below["/FontDescriptor"] = pdf.make_indirect(descriptor)
    font["/BaseFont"] = below["/BaseFont"] = called


def number(width: float) -> int | float:
    """Return a width as a PDF writes it."""
    return int(width) if width == int(width) else round(width, 2)


def segments(path: Path) -> tuple[bytes, tuple[int, int, int]]:
    """Return a Type 1 program with the lengths of its clear, encrypted and closing parts, as a PDF wants it."""
    data, _ = t1Lib.read(str(path), onlyHeader=False)
    start = data.index(b"eexec") + len(b"eexec")
    while data[start : start + 1] in (b"\r", b"\n", b" "):
        start += 1
    end = data.rindex(b"cleartomark")
    end = len(data[:end].rstrip(b"0\r\n "))
    body = data[start:end]
    if all(sign in b"0123456789abcdefABCDEF\r\n" for sign in body[:64]):
        body = bytes.fromhex(body.decode("ascii"))
    return data[:start] + body + data[end:], (start, len(body), len(data) - end)
