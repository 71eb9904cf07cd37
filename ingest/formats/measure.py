"""Measures how a derivative compares with its source, and writes its words beside it. Runs in the sandbox.

The decision is `fidelity.py`'s. Words are compared page by page in Unicode NFC with white space collapsed; looks by
small pictures of the pages. Up to `PICTURED` pages every page is pictured, of a longer document so many, spread
evenly with the first and the last.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pypdfium2
from PIL import Image

from ingest.formats import office
from ingest.formats.fidelity import (
    OCR_ENOUGH,
    OCR_WORDS,
    OFFICE_WORDS,
    SHEET_WORDS,
    SIDE_DIFFERENCE,
    PageMeasure,
)
from ingest.formats.identify import CSV, ODF, OOXML, TEXT
from ingest.formats.same_looks import difference, picture_of, shows_annotations
from ingest.formats.same_words import (
    folded,
    printed_share,
    raw_words,
    recognised_share,
    same,
    vanished,
    words_of,
    write_pages,
    write_words,
)
from ingest.formats.sheets import units

PICTURED = 300


def measure(before: Path, after: Path, text: Path, *, drawn: bool = False) -> dict[str, Any]:
    """Compare two PDFs; write the derivative's words to `text`, a form feed after each page.

    Args:
        drawn: the derivative's pages are pictures with words by OCR. Then its words are not compared letter by
            letter, but enough of the source's must be found again: a font that is drawn wrongly shows so. The
            words written are the source's own when it has enough of them.
    """
    source, derivative = pypdfium2.PdfDocument(before), pypdfium2.PdfDocument(after)
    try:
        source.init_forms()
        count = len(derivative)
        raw = raw_words(derivative)
        write_pages(raw, text)
        written = [folded(page) for page in raw]
        answer = _answer(len(source), count)
        if len(source) != count:
            return answer
        pictured = _pictured(count)
        annotated: list[bool] = []
        words: list[str] = []
        pages: list[PageMeasure] = []
        before_units: list[float] = []
        after_units: list[float] = []
        for number in range(count):
            old, new = source[number], derivative[number]
            said = words_of(old)
            words.append(said)
            mean = spot = None
            if number in pictured:
                mean, spot = difference(picture_of(old), picture_of(new))
            annotated.append(shows_annotations(old))
            share = None
            if said and not drawn:
                share = same(said, written[number], extra_allowed=annotated[number])
            side = _apart(old, new, 1.0)
            if side > SIDE_DIFFERENCE:  # PDFium knows no unit of a page's own
                before_units, after_units = before_units or units(before), after_units or units(after)
                side = _apart(old, new, after_units[number] / before_units[number])
            pages.append(PageMeasure(share, mean, spot, side))
            old.close()
            new.close()
        answer["pages"] = [asdict(page) for page in pages]
        if drawn and len(" ".join(words).split()) >= OCR_ENOUGH:
            answer |= {"words_found": recognised_share(words, written), "words_needed": OCR_WORDS}
            # Words of form values and stamps are in no text layer of the source: there OCR's are taken.
            write_pages([raw[n] if annotated[n] else page for n, page in enumerate(raw_words(source))], text)
        elif not drawn:
            answer |= vanished(" ".join(words), " ".join(written))
        answer["page_characters"] = [len(page) for page in words]
        return answer
    finally:
        source.close()
        derivative.close()


def measure_office(source: Path, media_type: str, after: Path, text: Path) -> dict[str, Any]:
    """Compare a printed office file with its words as read without an office program."""
    derivative = pypdfium2.PdfDocument(after)
    try:
        written = write_words(derivative, text)
        answer = _answer(None, len(derivative))
    finally:
        derivative.close()
    blocks: Sequence[str] | None = None
    if media_type.startswith((OOXML, ODF)):
        with zipfile.ZipFile(source) as package:
            trouble = office.bomb(package)
            if trouble:
                raise ValueError(str(trouble))
            blocks = office.text_of(package, media_type).blocks
    elif media_type in (TEXT, CSV):
        blocks = re.split(
            r"[\n\r,;\t\"]+" if media_type == CSV else r"[\n\r]+", office.decoded(source.read_bytes())
        )
    answer["page_characters"] = [len(page) for page in written]
    if blocks is not None:  # else there is no second reader: the words could not be compared
        answer["words_found"] = printed_share("\n".join(blocks), "".join(written))
        answer["words_needed"] = SHEET_WORDS if "sheet" in media_type else OFFICE_WORDS
    return answer


def measure_page(words: Sequence[str], parts: Sequence[Path], after: Path, text: Path) -> dict[str, Any]:
    """Compare a page we printed with its words; and with the PDFs it was joined of, page by page, when there are any.

    Args:
        words: what the page has to say; it is the first of `parts`.
    """
    derivative = pypdfium2.PdfDocument(after)
    try:
        written = write_words(derivative, text)
        pages: list[PageMeasure] = []
        first = 0
        for part in parts:
            piece = pypdfium2.PdfDocument(part)
            try:
                for old in piece:
                    if len(pages) < len(derivative):
                        pages.append(_alike(old, derivative[len(pages)], written[len(pages)], len(pages)))
                    else:
                        pages.append(PageMeasure(0.0, None, None))
                    old.close()
            finally:
                piece.close()
            first = first or len(pages)
        answer = _answer(len(pages) if parts else None, len(derivative))
        answer["pages"] = [asdict(page) for page in pages]
        answer["page_characters"] = [len(page) for page in written]
        answer["words_found"] = printed_share("\n".join(words), "".join(written[: first or None]))
        return answer
    finally:
        derivative.close()


def _apart(old: Any, new: Any, unit: float) -> float:
    """Return by how much the sides of two pages differ most, when the later one is counted in a unit so much larger."""
    return float(max(abs(a - b * unit) for a, b in zip(old.get_size(), new.get_size(), strict=True)))


def _alike(old: Any, new: Any, written: str, number: int) -> PageMeasure:
    said = words_of(old)
    mean = spot = None
    if number < PICTURED:
        mean, spot = difference(picture_of(old), picture_of(new))
    side = _apart(old, new, 1.0)
    return PageMeasure(same(said, written) if said else None, mean, spot, side)


def measure_pictures(pictures: Sequence[Path], after: Path, text: Path) -> dict[str, Any]:
    """Compare a PDF made of pictures with those pictures."""
    derivative = pypdfium2.PdfDocument(after)
    try:
        written = write_words(derivative, text)
        answer = _answer(len(pictures), len(derivative))
        if len(pictures) != len(derivative):
            return answer
        pages = []
        for number, path in enumerate(pictures):
            page = derivative[number]
            with Image.open(path) as image:
                image.draft("RGB", (1600, 1600))
                small = image.convert("RGB")
            drawn = picture_of(page)
            pages.append(
                PageMeasure(None, *difference(small.resize(drawn.size, Image.Resampling.BOX), drawn))
            )
        answer["pages"] = [asdict(page) for page in pages]
        answer["page_characters"] = [len(page) for page in written]
        return answer
    finally:
        derivative.close()


def _answer(before: int | None, after: int) -> dict[str, Any]:
    return {
        "pages_before": before,
        "pages_after": after,
        "pages": [],
        "vanished": [],
        "vanished_share": 0.0,
        "words_found": None,
        "words_needed": OFFICE_WORDS,
        "page_characters": [],
    }


def _pictured(count: int) -> set[int]:
    if count <= PICTURED:
        return set(range(count))
    return {round(step * (count - 1) / (PICTURED - 1)) for step in range(PICTURED)}
