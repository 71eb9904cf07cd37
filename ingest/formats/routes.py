"""The routes from one file to a PDF/A, cheapest first. Every candidate is judged; the first accepted is kept.

kept         it is the PDF/A asked for already, unsigned, nothing active in it: copied
repair       structure and metadata mended, page content untouched
embed        repair, then fonts that were left out put in from faces of the same widths, CMYK given a profile
ghostscript  fonts embedded by Ghostscript, then mended; refused by the gate when it harms text
raster       pages as 300 dpi pictures with an OCR text layer: an image derivative
libreoffice  an office file printed; -wide: a workbook with its columns widened, when text was cut off
picture      an image file bound, with an OCR text layer
text-layer   added to a page that shows something and has no words (a scan)

Here are those of a PDF; of office files `office_routes.py`, of pictures, and whatever is drawn, `drawn.py`.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from archive.reason import because
from ingest.formats import ghostscript
from ingest.formats.colours import cmyk_profile
from ingest.formats.derivative import Source
from ingest.formats.drawn import raster, with_words
from ingest.formats.errors import CannotOpenError
from ingest.formats.flavour import TARGETS
from ingest.formats.judge import Judgement
from ingest.formats.route_work import Candidate, Work, copied, repaired

# Rules no structural mending and no Ghostscript cures (.notdef shown, JPEG 2000): straight to pictures.
PICTURES_ONLY = ("6.2.11.8-1", "6.2.8.3-")
# What putting fonts in may cure: a font that is not in the file (part 2 and 3; part 1). CMYK without a profile alike.
FONT_RULES = frozenset({"6.2.11.4.1-1", "6.3.4-1"})
CMYK_RULES = frozenset({"6.2.4.3-3", "6.2.3.3-2"})


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
        found, candidate = work.step("kept", lambda out: copied(source, out), work.against_source)
        if found is not None and found.accepted:
            return with_words(work, found, candidate)
    found, candidate = work.step(
        "repair", lambda out: repaired(work, source, out, statement), work.against_source
    )
    if found is not None and found.accepted:
        return with_words(work, found, candidate)
    mended = candidate.path
    if found is not None and found.rules & (FONT_RULES | CMYK_RULES):
        better, embedded = work.step("embed", partial(_embed, work, mended, found.rules), work.against_source)
        if better is not None and better.accepted:
            return with_words(work, better, embedded)
    if found is not None and found.rules and not any(rule.startswith(PICTURES_ONLY) for rule in found.rules):
        found, candidate = work.step(
            "ghostscript",
            partial(_ghostscript, work, mended, statement),
            work.against_source,
        )
        if found is not None and found.accepted:
            return with_words(work, found, candidate)
    return raster(work, statement)


def unsigned_copy(source: Source) -> str:
    """Return the sentence a derivative of a signed file carries in its metadata."""
    return (
        "Bản PDF/A không mang chữ ký số, dẫn xuất từ bản gốc đã ký được giữ nguyên. "
        "Unsigned PDF/A copy; the signed original is kept unchanged "
        f"(SHA-256 {source.facts.sha256})."
    )


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
    return (*removals, *(one for one in repaired(work, raw, out, statement) if one not in removals))
