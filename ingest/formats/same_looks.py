"""Small pictures of PDF pages, and how far two of them are apart. Runs in the sandbox."""

from __future__ import annotations

from typing import Any

import pypdfium2
from PIL import Image, ImageChops

SCALE = 36 / 72  # pictures of 36 dpi
GRID = 16  # fields on a page's longer side


def shows_annotations(page: Any) -> bool:
    """Say whether the page shows annotations other than links."""
    raw = pypdfium2.raw
    for number in range(raw.FPDFPage_GetAnnotCount(page)):
        annot = raw.FPDFPage_GetAnnot(page, number)
        if annot:
            kind = raw.FPDFAnnot_GetSubtype(annot)
            raw.FPDFPage_CloseAnnot(annot)
            if kind not in (raw.FPDF_ANNOT_LINK, raw.FPDF_ANNOT_POPUP):
                return True
    return False


def picture_of(page: Any) -> Image.Image:
    """Return a small picture of a page, with its form values and annotations."""
    wide, high = page.get_size()
    scale = min(SCALE, 1200 / max(wide, high, 1.0))  # a huge sheet gets no huge picture
    bitmap = page.render(scale=scale, may_draw_forms=True, draw_annots=True, rev_byteorder=True)
    image: Image.Image = bitmap.to_pil().convert("RGB")
    bitmap.close()
    return image


def difference(first: Image.Image, second: Image.Image) -> tuple[float, float]:
    """Return the mean difference of two pictures and the greatest mean in one field of a grid, 0 to 255.

    Of the three colours the one that differs most counts.
    """
    if first.size != second.size:
        second = second.resize(first.size, Image.Resampling.BOX)
    apart = ImageChops.difference(first, second)
    wide, high = first.size
    unit = max(wide, high, 1) / GRID
    return _most(apart, (1, 1)), _most(apart, (max(1, round(wide / unit)), max(1, round(high / unit))))


def _most(apart: Image.Image, fields: tuple[int, int]) -> float:
    """Return the greatest mean of a colour in one field when the picture is cut into so many."""
    return float(
        max(max(channel.tobytes()) for channel in apart.resize(fields, Image.Resampling.BOX).split())
    )
