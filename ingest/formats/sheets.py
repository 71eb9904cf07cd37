"""Sheets larger than PDF/A lets a page be: drawn smaller, in a unit that much larger. Runs in the sandbox."""

from __future__ import annotations

from collections import Counter
from math import ceil
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array

SMALLEST, LARGEST = 3.0, 14400.0  # ISO 19005-2, 6.1.13: page box sides in units
BOXES = ("/MediaBox", "/CropBox", "/TrimBox", "/BleedBox", "/ArtBox")


def shrink(pdf: pikepdf.Pdf, removed: Counter[str]) -> None:
    """Give each page that is too large a larger unit (ISO 32000-1, 7.7.3.3) and draw it that much smaller."""
    for page in pdf.pages:
        left, low, right, high = (float(side) for side in page.mediabox)
        times = ceil(max(abs(right - left), abs(high - low)) / LARGEST)
        if times < 2:
            continue
        # Inherited boxes must not be counted in the new unit.
        boxes = {key: [float(side) / times for side in box] for key in BOXES if (box := _box(page, key))}
        for key, sides in boxes.items():
            page.obj[key] = Array(sides)
        page.obj["/UserUnit"] = float(page.obj.get("/UserUnit", 1)) * times
        page.contents_add(pdf.make_stream(b"q %.9f 0 0 %.9f 0 0 cm" % (1 / times, 1 / times)), prepend=True)
        page.contents_add(pdf.make_stream(b"Q"))
        for annot in page.obj.get("/Annots", ()):
            annot["/Rect"] = Array([float(side) / times for side in annot["/Rect"]])
            for key in ("/QuadPoints", "/Border"):
                if key in annot:
                    del annot[key]
        removed[
            f"a sheet too large for PDF/A: drawn {times} times smaller in a unit {times} times larger"
        ] += 1


def _box(page: pikepdf.Page, key: str) -> Any:
    return page.mediabox if key == "/MediaBox" else page.obj.get(key)


def units(path: Path) -> list[float]:
    """Return each page's unit, in points."""
    with pikepdf.open(path) as pdf:
        return [float(page.obj.get("/UserUnit", 1)) for page in pdf.pages]
