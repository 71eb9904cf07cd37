"""Pages as pictures with words by OCR: of image files, of PDFs no other route could help, of pages without words."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from archive.reason import because
from ingest.formats import ocr
from ingest.formats.derivative import RecognisedPage
from ingest.formats.errors import CannotOpenError
from ingest.formats.judge import Judgement
from ingest.formats.route_work import Candidate, Measuring, Work, last

DRAWN_LIMIT = (
    2000  # pages of one file that are drawn and read by OCR, 2 s of CPU each; ours, no law gives one
)
CHUNK = 8  # pages drawn by one job


def from_picture(work: Work) -> tuple[Judgement, Candidate]:
    """Return the accepted derivative of an image file. Errors as `routes.from_pdf`."""
    box = work.shop.sandbox
    pages: list[dict[str, Any]] = []

    def _make(out: Path) -> tuple[str, ...]:
        said = box.ask("split", path=work.source.path, folder=work.folder)
        pages.extend(said["pages"])
        bound = work.folder / "bound.pdf"
        box.ask("bind", pages=pages, out=bound)
        _lay(work, bound, dict(enumerate(pages)), out, "")
        return tuple(said["removals"])

    def _measuring(candidate: Path, text: Path) -> Measuring:
        paths = [page["path"] for page in pages]
        return lambda: box.ask("measure_pictures", pages=paths, after=candidate, text=text)

    found, candidate = work.step("picture", _make, _measuring)
    return last(work, found, candidate)


def _enough(count: int) -> None:
    if count > DRAWN_LIMIT:
        raise CannotOpenError(because("ingest.pages-many", pages=count, most=DRAWN_LIMIT))


def _draw(work: Work, numbers: range) -> list[dict[str, Any]]:
    """Return pictures of these pages of the source."""
    box = work.shop.sandbox
    pages: list[dict[str, Any]] = []
    for first in range(numbers.start, numbers.stop, CHUNK):
        last = min(first + CHUNK, numbers.stop)
        pages += box.ask("render", path=work.source.path, folder=work.folder, first=first, last=last)["pages"]
    return pages


def raster(work: Work, statement: str) -> tuple[Judgement, Candidate]:
    """Return the accepted derivative of a PDF whose pages are drawn; an image derivative.

    Args:
        statement: a sentence for its metadata.

    Raises:
        NoDerivativeError: it was not accepted.
        ToolMissingError: a tool that is needed now is missing. May be retried.
    """
    box = work.shop.sandbox
    sentence = f"{statement} Bản ảnh: các trang là ảnh, chữ do nhận dạng (OCR). Image derivative.".strip()

    def _make(out: Path) -> tuple[str, ...]:
        count = work.source.facts.pages or box.ask("look", path=work.source.path, name="x.pdf")["pages"]
        _enough(count)
        pages = _draw(work, range(count))
        bound = work.folder / "bound.pdf"
        box.ask("bind", pages=pages, out=bound)
        _lay(work, bound, dict(enumerate(pages)), out, sentence)
        return ("text, fonts and vector drawing: the pages are pictures, their words come from OCR",)

    def _measuring(candidate: Path, text: Path) -> Measuring:
        return lambda: box.ask("measure", before=work.source.path, after=candidate, text=text, drawn=True)

    found, candidate = work.step("raster", _make, _measuring)
    return last(work, found, candidate)


def with_words(work: Work, found: Judgement, candidate: Candidate) -> tuple[Judgement, Candidate]:
    """Add an OCR text layer to pages whose source has no words; a stamp drawn by a signature is none.

    What was accepted before stays when that fails.
    """
    bare = [number for number, count in enumerate(found.page_characters) if count == 0]
    if not bare:
        return found, candidate

    def _make(out: Path) -> tuple[str, ...]:
        _enough(len(bare))
        pictures = {number: _draw(work, range(number, number + 1))[0] for number in bare}
        _lay(work, candidate.path, pictures, out, "")
        return ()

    better, layered = work.step("text-layer", _make, work.against_source)
    return (better, layered) if better is not None and better.accepted else (found, candidate)


def _lay(work: Work, path: Path, pictures: Mapping[int, dict[str, Any]], out: Path, statement: str) -> None:
    """Write `path` with the words Tesseract finds on the pictures laid over their pages."""
    tools = work.shop.tools
    layers = {}
    said = work.recognised[out.stem] = []
    for number, picture in pictures.items():
        stem = work.folder / f"words{number + 1:05}"
        seen = ocr.recognise(
            Path(picture["path"]), picture["dpi"], stem, limits=tools.limits, tesseract=tools.tesseract
        )
        said.append(RecognisedPage(number + 1, seen.words, seen.confidence))
        if seen.text.strip():
            layers[str(number)] = str(seen.layer)
    work.shop.sandbox.ask(
        "lay_text", path=path, layers=layers, out=out, statement=statement, flavour=work.source.flavour
    )
