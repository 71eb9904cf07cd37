"""Measures how a derivative compares with its source, and writes its words beside it. Runs in the sandbox.

The decision is `fidelity.py`'s. Words are compared page by page in Unicode NFC with white space collapsed; looks by
small pictures of the pages. Up to `PICTURED` pages every page is pictured, of a longer document so many, spread
evenly with the first and the last.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
import zipfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pypdfium2
from PIL import Image, ImageChops

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
from ingest.formats.sheets import units

PICTURED = 300
SCALE = 36 / 72  # pictures of 36 dpi
GRID = 16  # fields on a page's longer side
CHARACTERS_LIMIT = 8000  # a longer page is compared word by word
WORD = re.compile(r"[^\W\d_]{3,}")
VANISHED_SHOWN = 10


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
        raw = _raw(derivative)
        _write(raw, text)
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
            said = _words(old)
            words.append(said)
            mean = spot = None
            if number in pictured:
                mean, spot = difference(_picture(old), _picture(new))
            annotated.append(_annotated(old))
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
            _write([raw[n] if annotated[n] else page for n, page in enumerate(_raw(source))], text)
        elif not drawn:
            answer |= _vanished(" ".join(words), " ".join(written))
        answer["page_characters"] = [len(page) for page in words]
        return answer
    finally:
        source.close()
        derivative.close()


def measure_office(source: Path, media_type: str, after: Path, text: Path) -> dict[str, Any]:
    """Compare a printed office file with its words as read without an office program."""
    derivative = pypdfium2.PdfDocument(after)
    try:
        written = _write_words(derivative, text)
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
        written = _write_words(derivative, text)
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
    said = _words(old)
    mean = spot = None
    if number < PICTURED:
        mean, spot = difference(_picture(old), _picture(new))
    side = _apart(old, new, 1.0)
    return PageMeasure(same(said, written) if said else None, mean, spot, side)


def measure_pictures(pictures: Sequence[Path], after: Path, text: Path) -> dict[str, Any]:
    """Compare a PDF made of pictures with those pictures."""
    derivative = pypdfium2.PdfDocument(after)
    try:
        written = _write_words(derivative, text)
        answer = _answer(len(pictures), len(derivative))
        if len(pictures) != len(derivative):
            return answer
        pages = []
        for number, path in enumerate(pictures):
            page = derivative[number]
            with Image.open(path) as image:
                image.draft("RGB", (1600, 1600))
                small = image.convert("RGB")
            drawn = _picture(page)
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


def folded(text: str) -> str:
    """Return text as it is compared: NFC, white space collapsed, control and soft-hyphen signs gone."""
    text = unicodedata.normalize("NFC", text)
    text = "".join(" " if sign.isspace() else sign for sign in text)
    text = "".join(sign for sign in text if unicodedata.category(sign) not in ("Cc", "Cf", "Cn"))
    return " ".join(text.split())


def _words(page: Any) -> str:
    textpage = page.get_textpage()
    try:
        return folded(textpage.get_text_range())
    finally:
        textpage.close()


def _write_words(document: Any, text: Path) -> list[str]:
    """Write the document's words as UTF-8; return them page by page, folded."""
    pages = _raw(document)
    _write(pages, text)
    return [folded(page) for page in pages]


def _raw(document: Any) -> list[str]:
    """Return each page's words with its line breaks."""
    pages = []
    for number in range(len(document)):
        page = document[number]
        textpage = page.get_textpage()
        raw = unicodedata.normalize("NFC", textpage.get_text_range())
        pages.append(raw.replace("\r\n", "\n").replace("\ufffe", "").rstrip())
        textpage.close()
        page.close()
    return pages


def _write(pages: Sequence[str], text: Path) -> None:
    with text.open("w", encoding="utf-8", newline="\n") as stream:
        stream.writelines(f"{page}\n\f" for page in pages)


def same(before: str, after: str, *, extra_allowed: bool = False) -> float:
    """Return the share of characters of the two that match in order, 0 to 1.

    Args:
        extra_allowed: the later text may hold more (form values drawn into the page): then only the share of
            the earlier one that is found again counts.
    """
    if before == after:
        return 1.0
    first: Sequence[str] = before
    second: Sequence[str] = after
    if max(len(before), len(after)) > CHARACTERS_LIMIT:
        first, second = before.split(), after.split()
    matcher = difflib.SequenceMatcher(None, first, second, autojunk=False)
    matched = sum(block.size for block in matcher.get_matching_blocks())
    if extra_allowed:
        return matched / max(len(first), 1)
    return 2 * matched / max(len(first) + len(second), 1)


def printed_share(before: str, after: str) -> float:
    """Return the share of the source's words that occur in the print; 1.0 when it has none."""
    words = folded(before).split()
    joined = "".join(folded(after).split())  # where a line or cell breaks does not matter
    return sum(word in joined for word in words) / len(words) if words else 1.0


def recognised_share(before: Sequence[str], after: Sequence[str]) -> float:
    """Return the share of the source's words that OCR found on the same page."""
    words = found = 0
    for old, new in zip(before, after, strict=True):
        seen = set(WORD.findall(new.casefold()))
        said = WORD.findall(old.casefold())
        words += len(said)
        found += sum(word in seen for word in said)
    return found / words if words else 0.0


def _vanished(before: str, after: str) -> dict[str, Any]:
    """Return the words of the source that occur nowhere in the derivative, however it is broken into lines."""
    words = set(WORD.findall(before))
    joined = "".join(after.split())
    gone = sorted(word for word in words if word not in joined)
    return {"vanished": gone[:VANISHED_SHOWN], "vanished_share": len(gone) / len(words) if words else 0.0}


def _annotated(page: Any) -> bool:
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


def _picture(page: Any) -> Image.Image:
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
