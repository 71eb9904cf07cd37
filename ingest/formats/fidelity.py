"""Is the derivative the same document? A pure decision over measured facts.

veraPDF says whether a file is well-formed PDF/A; it says yes to a blank page too, and to text whose accents are
gone (Ghostscript 10.0.0 makes both). So a derivative must also have the same pages, the same words and the same
look as its source. Three outcomes: faithful (no reason against), not faithful, could not tell: the last two
both refuse.

The bounds are ours, set by measurement on office documents (see README.md); no law gives them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from archive.reason import Reason, because

TEXT_SAME = 0.98  # of the characters of each page, in order
OFFICE_WORDS = 0.98  # of an office file's words that its print must show
SHEET_WORDS = 0.90  # hidden rows and sheets are not printed
OCR_WORDS = 0.70  # of the words of a text layer that OCR of the picture must find again
OCR_ENOUGH = 20  # words below which OCR is not held against a text layer
MEAN_DIFFERENCE = 5.0  # of 255, over a page
SPOT_DIFFERENCE = 40.0  # of 255, mean over one field of a page's grid
SIDE_DIFFERENCE = 1.5  # points


@dataclass(frozen=True)
class PageMeasure:
    """How one page of the derivative compares with the source's.

    Attributes:
        text: share of the source's characters found again in order; None when the source page has no text.
        mean: mean difference of the two pictures, 0 to 255; None when no picture was taken.
        spot: greatest mean difference in one field of the grid.
        side: greatest difference of a page side, in points.
    """

    text: float | None
    mean: float | None
    spot: float | None
    side: float | None = None


@dataclass(frozen=True)
class Measured:
    """What was measured of a derivative.

    Attributes:
        pages_before: None when the source has no pages of its own (office files).
        vanished: words of the source that occur nowhere in the derivative, a few.
        vanished_share: of the source's distinct words.
        words_found: for office files: share of the source's words printed; None when there is no second reader.
        words_needed: the share required.
    """

    pages_before: int | None
    pages_after: int
    pages: tuple[PageMeasure, ...] = ()
    vanished: tuple[str, ...] = ()
    vanished_share: float = 0.0
    words_found: float | None = None
    words_needed: float = OFFICE_WORDS


def from_answer(answer: Mapping[str, Any]) -> Measured:
    """Return the measures in a sandbox answer.

    Raises:
        KeyError, TypeError: the answer is not one.
    """
    return Measured(
        pages_before=answer["pages_before"],
        pages_after=answer["pages_after"],
        pages=tuple(PageMeasure(**page) for page in answer["pages"]),
        vanished=tuple(answer["vanished"]),
        vanished_share=answer["vanished_share"],
        words_found=answer["words_found"],
        words_needed=answer["words_needed"],
    )


def reasons_against(measured: Measured) -> tuple[Reason, ...]:
    """Return why the derivative is not the same document; empty when it is."""
    if measured.pages_after < 1:
        return (because("ingest.no-page"),)
    if measured.pages_before is not None and measured.pages_before != measured.pages_after:
        return (because("ingest.pages-became", before=measured.pages_before, after=measured.pages_after),)
    reasons: list[Reason] = []
    if measured.pages_before is not None and not any(p.mean is not None for p in measured.pages):
        reasons.append(because("ingest.no-look"))
    if measured.vanished:
        share, some = f"{measured.vanished_share:.1%}", ", ".join(measured.vanished[:5])
        reasons.append(because("ingest.words-lost", share=share, words=some))
    if measured.words_found is not None and measured.words_found < measured.words_needed:
        reasons.append(because("ingest.words-printed", share=f"{measured.words_found:.1%}"))
    for number, page in enumerate(measured.pages, 1):
        reasons.extend(because("ingest.on-page", page=number, why=reason) for reason in _against(page))
    return tuple(reasons)


def _against(page: PageMeasure) -> list[Reason]:
    reasons = []
    if page.text is not None and page.text < TEXT_SAME:
        reasons.append(because("ingest.text-same", share=f"{page.text:.1%}"))
    if page.mean is not None and page.mean > MEAN_DIFFERENCE:
        reasons.append(because("ingest.looks-different", mean=f"{page.mean:.1f}"))
    if page.spot is not None and page.spot > SPOT_DIFFERENCE:
        reasons.append(because("ingest.spot-different", mean=f"{page.spot:.1f}"))
    if page.side is not None and page.side > SIDE_DIFFERENCE:
        reasons.append(because("ingest.size-differs", points=f"{page.side:.0f}"))
    return reasons
