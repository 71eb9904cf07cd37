"""Every delivered file as PDF/A with its words beside it, or the reason why not.

The original is only read. Nothing leaves here that veraPDF and the fidelity gate have not both accepted.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from archive.hashing import sha256_of_file
from archive.reason import Reason, because
from ingest import our_disk
from ingest.delivery import FileFacts
from ingest.errors import IngestError
from ingest.formats import libreoffice, proof_page
from ingest.formats.derivative import (
    ENCRYPTED,
    UNREADABLE,
    UNSUPPORTED,
    Attempt,
    Derivative,
    Failure,
    NoDerivativeError,
    Source,
)
from ingest.formats.errors import CannotOpenError
from ingest.formats.identify import PDF
from ingest.formats.judge import Judgement
from ingest.formats.libreoffice import Printed
from ingest.formats.routes import Candidate, Work, from_office, from_pdf, from_picture
from ingest.formats.workshop import Workshop, library_version, program_version, shared

__all__ = ["Attempt", "Derivative", "Failure", "Source", "normalise"]

PICTURES = frozenset({"image/jpeg", "image/png", "image/tiff", "image/bmp", "image/gif"})
SAFE_ID = re.compile(r"[A-Za-z0-9._-]{1,100}")


def normalise(
    sources: Sequence[Source], into: Path, *, shop: Workshop | None = None
) -> list[Derivative | Failure]:
    """Make a PDF/A of each file, in the order given; one file's trouble stays its own.

    Writes `<id>.pdf` and `<id>.txt` into `into`, whole or not at all; running it again replaces them.

    Raises:
        ToolMissingError, VeraPdfMissingError: a tool that is needed is missing or does not start (both are
            `TemporaryError`: the same call may succeed later). Nothing is accepted meanwhile.
        TemporaryError: a file failed while our disk was full: that says nothing of the file.
        IngestError: an id is not fit for a file name.
    """
    shop = shop or shared()
    into.mkdir(parents=True, exist_ok=True)
    for source in sources:
        if not SAFE_ID.fullmatch(source.id) or source.id.startswith("."):
            raise IngestError(f"{source.id!r} cannot name a derivative; use letters, digits, '.', '_', '-'")
    with tempfile.TemporaryDirectory(dir=into, prefix=".making-") as folder:
        # Absolute: every tool runs in a folder of its own.
        room = Path(folder).resolve()
        placed = [replace(one, path=one.path.resolve()) for one in sources]
        printed = _printed(shop, placed, room)
        results: list[Derivative | Failure] = []
        for number, source in enumerate(placed):
            work = Work(shop, source, room / f"work{number}")
            work.folder.mkdir()
            made = _one(work, printed.get(str(number)), into)
            if isinstance(made, Failure):
                our_disk.need_room(into, Path(tempfile.gettempdir()))
            results.append(made)
            shutil.rmtree(work.folder, ignore_errors=True)
        return results


def _printed(shop: Workshop, placed: Sequence[Source], room: Path) -> dict[str, Printed]:
    """Print the office files among the sources, those of one flavour together."""
    printed: dict[str, Printed] = {}
    for flavour in sorted({one.flavour for one in placed}):
        office = [
            (str(number), one.path, one.facts.media_type)
            for number, one in enumerate(placed)
            if one.flavour == flavour
            and one.facts.media_type in libreoffice.FAMILIES
            and refusal(one.facts) is None
        ]
        if office:
            printed |= shop.office.print_all(office, room, flavour=flavour)
    return printed


def refusal(facts: FileFacts) -> tuple[str, Reason] | None:
    """Return code and reason why a file is not even tried; None when it may be."""
    if facts.encrypted and facts.problem:
        return ENCRYPTED, facts.problem
    if facts.problem:
        return UNREADABLE, facts.problem
    if facts.media_type != PDF and facts.media_type not in PICTURES | libreoffice.FAMILIES.keys():
        return UNSUPPORTED, because("ingest.no-way", type=facts.media_type, puid=facts.puid)
    return None


def _one(work: Work, printed: Printed | None, into: Path) -> Derivative | Failure:
    source = work.source
    refused = refusal(source.facts)
    if refused is not None:
        return Failure(source.id, *refused)
    try:
        if source.facts.media_type == PDF:
            found, candidate = from_pdf(work)
        elif source.facts.media_type in PICTURES:
            found, candidate = from_picture(work)
        else:
            found, candidate = from_office(work, printed or Printed(None, because("ingest.not-printed")))
    except NoDerivativeError as error:
        return Failure(source.id, error.code, error.reason, tuple(work.attempts))
    except CannotOpenError as error:
        return Failure(source.id, UNREADABLE, error.reason, tuple(work.attempts))
    return _kept(work, found, candidate, into)


def _kept(work: Work, found: Judgement, candidate: Candidate, into: Path) -> Derivative:
    path, text = into / f"{work.source.id}.pdf", into / f"{work.source.id}.txt"
    candidate, proof = proof_page.added(work, candidate, found.pages)
    sha256, size = sha256_of_file(candidate.path), candidate.path.stat().st_size
    candidate.text.replace(text)
    candidate.path.replace(path)
    accepted = [attempt.route for attempt in work.attempts if attempt.outcome == "accepted"]
    return Derivative(
        id=work.source.id,
        path=path,
        text_path=text,
        sha256=sha256,
        size=size,
        pages=found.pages,
        route=accepted[0],
        attempts=tuple(work.attempts),
        tools=_tools(work, accepted),
        verdict=dict(found.facts or {}),
        flavour=work.source.flavour,
        verification_page=proof,
    )


def _tools(work: Work, accepted: Sequence[str]) -> dict[str, str]:
    """Return the versions of what made and judged the derivative."""
    tools = {"veraPDF": work.shop.vera.version, "pikepdf": library_version("pikepdf")}
    programs = work.shop.tools
    if any(one.route.startswith("libreoffice") for one in work.attempts):
        tools["LibreOffice"] = program_version(programs.soffice)
    if "embed" in accepted:
        tools["fontTools"] = library_version("fonttools")
    if "ghostscript" in accepted:
        tools["Ghostscript"] = program_version(programs.gs)
    if proof_page.ROUTE in accepted:
        tools["WeasyPrint"] = library_version("weasyprint")
    if {"raster", "picture", "text-layer"} & set(accepted):
        tools["Tesseract"] = program_version(programs.tesseract)
        tools["img2pdf"] = library_version("img2pdf")
    return tools
