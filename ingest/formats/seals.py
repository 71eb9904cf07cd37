"""Where the visible signatures of a PDF stand and in which colour they are drawn. Runs in the sandbox."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pikepdf
import pypdfium2

FIELDS_LIMIT = 2000
MARKS_LIMIT = 20
LARGEST = 300  # pixels of the longer side of the picture made of one signature
FINER = 4  # times finer it is drawn than it is judged
COLOURED = 0.15  # part of the ink that must be coloured for the whole to count as coloured


@dataclass(frozen=True)
class Mark:
    """A signature field with an appearance.

    Attributes:
        box: left, bottom, right, top on the page, in points.
    """

    field: str
    page: int
    box: tuple[float, float, float, float]


def places(opened: pikepdf.Pdf) -> list[Mark]:
    """Return where signature fields are shown; those without an area are invisible and left out."""
    pages: dict[Any, int] = {page.objgen: number for number, page in enumerate(opened.pages)}
    found: list[Mark] = []
    for name, widget in _fields(opened):
        box = _box(widget)
        home = widget.get("/P")
        number = (
            pages.get(home.objgen) if isinstance(home, pikepdf.Dictionary) else _page_with(opened, widget)
        )
        if box is not None and number is not None and len(found) < MARKS_LIMIT:
            found.append(Mark(name, number, box))
    return found


def inked(document: pypdfium2.PdfDocument, marks: Sequence[Mark]) -> list[dict[str, Any]]:
    """Return where each mark stands on its page, in parts of it from the lower left, and the colour of its ink."""
    told = []
    document.init_forms()
    for mark in marks:
        page = document[mark.page]
        width, height = page.get_size()
        left, bottom, right, top = mark.box
        told.append(
            {
                "field": mark.field,
                "page": mark.page + 1,
                "box": (left / width, bottom / height, right / width, top / height),
                "ink": _ink(page, mark.box),
            }
        )
    return told


def _fields(opened: pikepdf.Pdf) -> Iterator[tuple[str, Any]]:
    form = opened.Root.get("/AcroForm")
    stack = [("", field) for field in form.get("/Fields", [])] if isinstance(form, pikepdf.Dictionary) else []
    for _ in range(FIELDS_LIMIT):
        if not stack:
            return
        name, field = stack.pop()
        if not isinstance(field, pikepdf.Dictionary):
            continue
        own = str(field.get("/T", ""))
        name = ".".join(part for part in (name, own) if part)
        kids = list(field.get("/Kids", []))[:FIELDS_LIMIT]
        if field.get("/FT") == "/Sig" and "/V" in field:
            yield name, next((kid for kid in kids if isinstance(kid, pikepdf.Dictionary)), field)
        else:
            stack += [(name, kid) for kid in kids]


def _box(widget: Any) -> tuple[float, float, float, float] | None:
    rectangle = widget.get("/Rect")
    if rectangle is None or len(rectangle) != 4 or "/AP" not in widget:
        return None
    x1, y1, x2, y2 = (float(number) for number in rectangle)
    left, right, bottom, top = min(x1, x2), max(x1, x2), min(y1, y2), max(y1, y2)
    return (left, bottom, right, top) if right - left > 1 and top - bottom > 1 else None


def _page_with(opened: pikepdf.Pdf, widget: Any) -> int | None:
    for number, page in enumerate(opened.pages):
        if number >= FIELDS_LIMIT:
            return None
        if any(one.objgen == widget.objgen for one in page.get("/Annots", []) if hasattr(one, "objgen")):
            return number
    return None


def _ink(page: pypdfium2.PdfPage, box: tuple[float, float, float, float]) -> str:
    """Return red, blue, black or other: the colour most of the coloured ink has, black without any; "" when blank."""
    width, height = page.get_size()
    left, bottom, right, top = box
    left, bottom, right, top = max(left, 0), max(bottom, 0), min(right, width), min(top, height)
    if right - left < 1 or top - bottom < 1:
        return ""
    scale = min(2.0, LARGEST / max(right - left, top - bottom))
    drawn = page.render(
        scale=scale * FINER,
        crop=(left, bottom, width - right, height - top),
        may_draw_forms=True,
    ).to_pil()
    # Letters are drawn with coloured edges for screens; side by side these make grey again.
    picture = drawn.convert("RGB").reduce(FINER)
    counts = {"red": 0, "blue": 0, "other": 0}
    inked = 0
    for count, colour in picture.getcolors(LARGEST * LARGEST) or []:
        red, green, blue = colour
        if min(colour) > 225:
            continue
        inked += count
        if max(colour) - min(colour) < 50:
            continue
        name = (
            "red"
            if red > green + 40 and red > blue + 40
            else "blue"
            if blue >= green and blue > red
            else "other"
        )
        counts[name] += count
    if not inked:
        return ""
    if sum(counts.values()) < COLOURED * inked:
        return "black"
    return max(counts, key=lambda name: counts[name])
