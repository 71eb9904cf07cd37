"""The routes from one file to a PDF/A, cheapest first. Every candidate is judged; the first accepted is kept.

kept         it is the PDF/A asked for already, unsigned, nothing active in it: copied
repair       structure and metadata mended, page content untouched
embed        repair, then fonts that were left out put in from faces of the same widths, CMYK given a profile
ghostscript  fonts embedded by Ghostscript, then mended; refused by the gate when it harms text
raster       pages as 300 dpi pictures with an OCR text layer: an image derivative
libreoffice  an office file printed; -wide: a workbook with its columns widened, when text was cut off
picture      an image file bound, with an OCR text layer
text-layer   added to a page that shows something and has no words (a scan)
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from archive.reason import Reason, because
from ingest.formats import ghostscript, ocr
from ingest.formats.colours import cmyk_profile
from ingest.formats.derivative import PDFA_FAILED, Attempt, NoDerivativeError, RecognisedPage, Source
from ingest.formats.errors import CannotOpenError
from ingest.formats.flavour import TARGETS
from ingest.formats.judge import Judgement, judge
from ingest.formats.libreoffice import READ_AS, SHEETS, Printed
from ingest.formats.widen import WORKBOOK
from ingest.formats.workshop import Workshop

# Rules no structural mending and no Ghostscript cures (.notdef shown, JPEG 2000): straight to pictures.
PICTURES_ONLY = ("6.2.11.8-1", "6.2.8.3-")
# What putting fonts in may cure: a font that is not in the file (part 2 and 3; part 1). CMYK without a profile alike.
FONT_RULES = frozenset({"6.2.11.4.1-1", "6.3.4-1"})
CMYK_RULES = frozenset({"6.2.4.3-3", "6.2.3.3-2"})
# What LibreOffice declares by itself; of the others it makes level 1a or 2b, and the right one is declared after.
PRINTED = frozenset({"2b", "3b"})
DRAWN_LIMIT = (
    2000  # pages of one file that are drawn and read by OCR, 2 s of CPU each; ours, no law gives one
)
CHUNK = 8  # pages drawn by one job

Measuring = Callable[[], Mapping[str, Any]]


@dataclass
class Work:
    """One file on its way: where it may write, and what was tried. The only thing here that changes.

    Attributes:
        folder: private to this file, removed afterwards.
        recognised: route -> what OCR said of its pages.
    """

    shop: Workshop
    source: Source
    folder: Path
    attempts: list[Attempt] = field(default_factory=list)
    recognised: dict[str, list[RecognisedPage]] = field(default_factory=dict)

    def step(
        self,
        route: str,
        make: Callable[[Path], tuple[str, ...]],
        measuring: Callable[[Path, Path], Measuring],
    ) -> tuple[Judgement | None, Candidate]:
        """Make a candidate and judge it; the attempt is recorded whatever comes of it."""
        began = time.monotonic()
        candidate = Candidate(self.folder / f"{route}.pdf", self.folder / f"{route}.txt", route)
        try:
            removals = make(candidate.path)
        except CannotOpenError as error:
            self._record(route, "failed", (error.reason,), (), began)
            return None, candidate
        measured = measuring(candidate.path, candidate.text)
        found = judge(self.shop, candidate.path, measured, flavour=self.source.flavour)
        self._record(route, "accepted" if found.accepted else "refused", found.reasons, removals, began)
        return found, candidate

    def _record(
        self, route: str, outcome: str, reasons: tuple[Reason, ...], removals: tuple[str, ...], began: float
    ) -> None:
        seconds = round(time.monotonic() - began, 3)
        self.attempts.append(Attempt(route, outcome, reasons, removals, seconds))

    def against_source(self, candidate: Path, text: Path) -> Measuring:
        """Return the comparison of a candidate with the source PDF."""
        return lambda: self.shop.sandbox.ask("measure", before=self.source.path, after=candidate, text=text)


@dataclass(frozen=True)
class Candidate:
    """A file that may become the derivative, and its words."""

    path: Path
    text: Path
    route: str


def from_pdf(work: Work) -> tuple[Judgement, Candidate]:
    """Return the accepted derivative of a PDF.

    Raises:
        NoDerivativeError: no route was accepted.
        ToolMissingError, VeraPdfMissingError: a tool that is needed now is missing. May be retried.
    """
    box, source = work.shop.sandbox, work.source.path
    said = box.ask("look", path=source, name="x.pdf")
    statement = unsigned_copy(work.source) if said.get("signed") else ""
    found: Judgement | None
    if (
        said.get("claims") in TARGETS[work.source.flavour].claims
        and not said.get("signed")
        and not said.get("active_content")
        and not said.get("attachments")
        and not said.get("encrypted")
    ):
        found, candidate = work.step("kept", lambda out: _copy(source, out), work.against_source)
        if found is not None and found.accepted:
            return _with_words(work, found, candidate)
    found, candidate = work.step(
        "repair", lambda out: _repair(work, source, out, statement), work.against_source
    )
    if found is not None and found.accepted:
        return _with_words(work, found, candidate)
    mended = candidate.path
    if found is not None and found.rules & (FONT_RULES | CMYK_RULES):
        better, embedded = work.step("embed", partial(_embed, work, mended, found.rules), work.against_source)
        if better is not None and better.accepted:
            return _with_words(work, better, embedded)
    if found is not None and found.rules and not any(rule.startswith(PICTURES_ONLY) for rule in found.rules):
        found, candidate = work.step(
            "ghostscript",
            partial(_ghostscript, work, mended, statement),
            work.against_source,
        )
        if found is not None and found.accepted:
            return _with_words(work, found, candidate)
    return _raster(work, statement)


def from_picture(work: Work) -> tuple[Judgement, Candidate]:
    """Return the accepted derivative of an image file. Errors as `from_pdf`."""
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


def from_office(work: Work, printed: Printed) -> tuple[Judgement, Candidate]:
    """Return the accepted derivative of an office file that LibreOffice has printed. Errors as `from_pdf`."""
    box, path = work.shop.sandbox, printed.path
    if path is None:
        reason = printed.reason or because("ingest.not-printed")
        work.attempts.append(Attempt("libreoffice", "failed", (reason,)))
        raise NoDerivativeError(PDFA_FAILED, reason)

    kind = work.source.facts.media_type
    original = (work.source.path, kind)
    if kind in READ_AS:
        saved = printed.read_as
        if saved is None or saved.path is None:
            reason = saved.reason if saved and saved.reason else because("ingest.office-nothing")
            work.attempts.append(Attempt("libreoffice", "failed", (reason,)))
            raise NoDerivativeError(PDFA_FAILED, reason)
        original = (saved.path, READ_AS[kind].media_type)

    def _measuring(candidate: Path, text: Path) -> Measuring:
        return lambda: box.ask(
            "measure_office", source=original[0], media_type=original[1], after=candidate, text=text
        )

    def _print(out: Path) -> tuple[str, ...]:
        return _copy(path, out) if work.source.flavour in PRINTED else _repair(work, path, out, "")

    found, candidate = work.step("libreoffice", _print, _measuring)
    if found is not None and not found.accepted and not found.valid:
        found, candidate = work.step("repair", lambda out: _repair(work, path, out, ""), _measuring)
    if found is not None and found.valid and found.reasons and kind in SHEETS:
        found, candidate = work.step("libreoffice-wide", partial(_print_wide, work, original), _measuring)
    return last(work, found, candidate)


def _print_wide(work: Work, original: tuple[Path, str], out: Path) -> tuple[str, ...]:
    """Print a spreadsheet, given with its media type, again with columns that cut nothing off."""
    wide = work.folder / "wide.xlsx"
    source, media_type = original
    if media_type != WORKBOOK:
        saved = work.shop.office.as_workbook(source, media_type, work.folder)
        if saved.path is None:
            raise CannotOpenError(saved.reason or because("ingest.office-nothing"))
        source = saved.path
    work.shop.sandbox.ask("widen", path=source, out=wide)
    flavour = work.source.flavour
    printed = work.shop.office.print_all([("wide", wide, WORKBOOK)], work.folder, flavour=flavour)["wide"]
    if printed.path is None:
        raise CannotOpenError(printed.reason or because("ingest.not-printed"))
    _copy(printed.path, out) if flavour in PRINTED else _repair(work, printed.path, out, "")
    return ("column widths and row heights: as large as their contents, so that no text is cut off",)


def unsigned_copy(source: Source) -> str:
    """Return the sentence a derivative of a signed file carries in its metadata."""
    return (
        "Bản PDF/A không mang chữ ký số, dẫn xuất từ bản gốc đã ký được giữ nguyên. "
        "Unsigned PDF/A copy; the signed original is kept unchanged "
        f"(SHA-256 {source.facts.sha256})."
    )


def last(work: Work, found: Judgement | None, candidate: Candidate) -> tuple[Judgement, Candidate]:
    """Return what was accepted.

    Raises:
        NoDerivativeError: nothing was.
    """
    if found is not None and found.accepted:
        return found, candidate
    tried = [because("ingest.tried", route=one.route, why=one.reasons[:3]) for one in work.attempts]
    reason = because("ingest.all-tried", tried=tried) if tried else because("ingest.nothing-tried")
    raise NoDerivativeError(PDFA_FAILED, reason)


def _copy(path: Path, out: Path) -> tuple[str, ...]:
    shutil.copyfile(path, out)
    return ()


def _repair(work: Work, path: Path, out: Path, statement: str) -> tuple[str, ...]:
    flavour = work.source.flavour
    answer = work.shop.sandbox.ask("repair", path=path, out=out, statement=statement, flavour=flavour)
    return tuple(answer["removals"])


def _embed(work: Work, mended: Path, rules: frozenset[str], out: Path) -> tuple[str, ...]:
    """Put fonts into the mended file; only when colours without a profile are the trouble give those one too."""
    profile = cmyk_profile() if rules & CMYK_RULES else None
    removals = work.attempts[-1].removals
    answer = work.shop.sandbox.ask(
        "embed", path=mended, out=out, cmyk=profile or "", flavour=work.source.flavour
    )
    if not answer["embedded"]:
        left = "; ".join(f"{name}: {why}" for name, why in answer["left"].items())
        raise CannotOpenError(because("ingest.no-font-fits", fonts=left[:400]))
    return (*removals, *answer["embedded"])


def _ghostscript(work: Work, mended: Path, statement: str, out: Path) -> tuple[str, ...]:
    """Mended first (Ghostscript loses form values), then Ghostscript, then mended again."""
    raw = work.folder / "gs.pdf"
    removals = next(one.removals for one in work.attempts if one.route == "repair")  # what it starts from
    ghostscript.convert(
        mended, raw, limits=work.shop.tools.limits, gs=work.shop.tools.gs, flavour=work.source.flavour
    )
    return (*removals, *(one for one in _repair(work, raw, out, statement) if one not in removals))


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


def _raster(work: Work, statement: str) -> tuple[Judgement, Candidate]:
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


def _with_words(work: Work, found: Judgement, candidate: Candidate) -> tuple[Judgement, Candidate]:
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
