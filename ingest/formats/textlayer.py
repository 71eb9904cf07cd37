"""Lays the words OCR found invisibly over the pages they were found on. Runs in the sandbox."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pikepdf

from ingest.formats.flavour import FLAVOUR
from ingest.formats.repair import finish, state


def lay_text(
    path: Path, layers: dict[str, str], out: Path, *, statement: str = "", flavour: str = FLAVOUR
) -> dict[str, Any]:
    """Write a copy of a PDF with text layers, prepared as PDF/A.

    Args:
        layers: page number (0-based, as text) -> one-page PDF with invisible text only.
        statement: as in `repair`.
    """
    with pikepdf.open(path) as pdf:
        for number, layer in layers.items():
            page = pdf.pages[int(number)]
            with pikepdf.open(layer) as words:
                if len(words.pages) == 1:
                    _say_characters(words)
                    page.add_overlay(words.pages[0], pikepdf.Rectangle(page.cropbox))
        if statement:
            state(pdf, statement)
        finish(pdf, out, flavour)
    return {"pages": len(layers)}


def _say_characters(words: pikepdf.Pdf) -> None:
    """Write Tesseract's table of characters anew: its one range over all codes is none that PDF allows (9.10.3).

    Level U of PDF/A wants a character for every code; Tesseract's codes are the characters themselves.
    """
    for font in words.pages[0].resources.get("/Font", pikepdf.Dictionary()).values():
        if font.get("/Encoding") == pikepdf.Name("/Identity-H"):
            font["/ToUnicode"] = words.make_stream(_codes_are_characters())


@cache
def _codes_are_characters() -> bytes:
    rows = [row for row in range(256) if not 0xD8 <= row <= 0xDF]  # no half of a pair
    ranges = [
        f"<{row:02X}{int(row == 0):02X}> <{row:02X}{253 if row == 255 else 255:02X}> <{row:02X}{int(row == 0):02X}>"
        for row in rows
    ]
    blocks = [ranges[start : start + 100] for start in range(0, len(ranges), 100)]
    body = "\n".join(f"{len(block)} beginbfrange\n" + "\n".join(block) + "\nendbfrange" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        f"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n{body}\n"
        "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    ).encode("ascii")
