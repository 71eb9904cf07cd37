"""How a page was scanned: resolution and colour of the pictures that fill it. Runs in the sandbox.

No picture is decoded: size and kind stand in its dictionary, where it lies stands on the page.
"""

from __future__ import annotations

from typing import Any

import pypdfium2
from pypdfium2 import raw

LARGE = 250_000  # pixels from which a picture may be a scanned page: A6 at 100 dpi
FILLS = 0.5  # part of a page's area that pictures must cover for it to count as scanned
SLIVER = 0.01  # part of the page below which a picture is decoration
PAGES_LIMIT = 3000
NUMBERS_KEPT = 20
PICTURES_PER_PAGE = 500


def is_large(picture: Any) -> bool:
    """Say whether an image dictionary of pikepdf may be a scanned page."""
    try:
        return int(picture.get("/Width", 0)) * int(picture.get("/Height", 0)) >= LARGE
    except (TypeError, ValueError):
        return True


def of_pages(document: pypdfium2.PdfDocument) -> dict[str, Any]:
    """Return how the pages that are pictures were scanned, as the keyword arguments of `ScanFacts`."""
    scanned, low, grey, silent, lowest = 0, list[int](), list[int](), list[int](), 0
    bits_least = 0
    seen = min(len(document), PAGES_LIMIT)
    for number in range(1, seen + 1):
        page = document[number - 1]
        pictures = _pictures(page)
        if pictures:
            dpi, colour, bits = pictures
            scanned += 1
            lowest = min(lowest or dpi, dpi)
            bits_least = min(bits_least or bits, bits)
            if dpi < 200:
                low.append(number)
            if not colour:
                grey.append(number)
            if page.get_textpage().count_chars() == 0:
                silent.append(number)
        page.close()
    return {
        "pages": scanned,
        "lowest_dpi": lowest,
        "least_bits": bits_least,
        "pages_low": tuple(low[:NUMBERS_KEPT]),
        "pages_grey": tuple(grey[:NUMBERS_KEPT]),
        "pages_silent": tuple(silent[:NUMBERS_KEPT]),
        "all_seen": seen == len(document),
    }


def _pictures(page: pypdfium2.PdfPage) -> tuple[int, bool, int] | None:
    """Return resolution, colour and bits per pixel of a scanned page; None for a page that is not a picture."""
    width, height = page.get_size()
    area = width * height
    if area <= 0:
        return None
    covered, dpi, colour, bits = 0.0, 0, False, 0
    for count, one in enumerate(page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,))):
        if count >= PICTURES_PER_PAGE:
            break
        left, bottom, right, top = one.get_bounds()
        part = max(0.0, right - left) * max(0.0, top - bottom) / area
        if part < SLIVER:
            continue
        facts = one.get_metadata()
        covered += part
        own = round(min(facts.horizontal_dpi, facts.vertical_dpi))
        dpi = min(dpi or own, own)
        # Scanners lay a black and white mask of the text over a coloured background: one coloured layer is enough.
        colour = colour or _is_colour(facts)
        bits = max(bits, facts.bits_per_pixel)
    return (dpi, colour, bits) if covered >= FILLS else None


def _is_colour(facts: Any) -> bool:
    grey = facts.colorspace in (raw.FPDF_COLORSPACE_DEVICEGRAY, raw.FPDF_COLORSPACE_CALGRAY)
    indexed = facts.colorspace == raw.FPDF_COLORSPACE_INDEXED
    return not grey and (facts.bits_per_pixel >= 24 or (indexed and facts.bits_per_pixel > 1))
