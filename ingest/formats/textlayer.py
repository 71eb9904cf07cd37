"""Lays the words OCR found invisibly over the pages they were found on. Runs in the sandbox."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import pdfa

from ingest.formats.flavour import FLAVOUR
from ingest.formats.repair import state


def lay_text(path: Path, layers: dict[str, str], out: Path, *, statement: str = "") -> dict[str, Any]:
    """Write a copy of a PDF with text layers, prepared as PDF/A-2b.

    Args:
        layers: page number (0-based, as text) -> one-page PDF with invisible text only.
        statement: as in `repair`.
    """
    with pikepdf.open(path) as pdf:
        for number, layer in layers.items():
            page = pdf.pages[int(number)]
            with pikepdf.open(layer) as words:
                if len(words.pages) == 1:
                    page.add_overlay(words.pages[0], pikepdf.Rectangle(page.cropbox))
        if statement:
            state(pdf, statement)
        pdfa.prepare(pdf, FLAVOUR)
        pdf.save(out, **pdfa.resolve_save_kwargs(FLAVOUR))
    return {"pages": len(layers)}
