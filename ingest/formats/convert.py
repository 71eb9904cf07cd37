"""Every delivered file as PDF/A with its words beside it, or the reason why not.

The original is only read. Nothing leaves here that veraPDF and the fidelity gate have not both accepted.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from archive.hashing import sha256_of_file
from archive.reason import Reason, because
from ingest import our_disk
from ingest.delivery import DeliveredFile, FileFacts
from ingest.errors import IngestError
from ingest.formats import cage, libreoffice, proof_page
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
from ingest.formats.drawn import from_picture
from ingest.formats.errors import CannotOpenError
from ingest.formats.inspect import inspect
from ingest.formats.judge import Judgement
from ingest.formats.libreoffice import Printed
from ingest.formats.office_routes import from_office
from ingest.formats.page_routes import DEPTH, Conversions, Nested, from_mail, from_page
from ingest.formats.policy import Policy, policy_for
from ingest.formats.route_work import Candidate, Work
from ingest.formats.routes import from_pdf
from ingest.formats.workshop import Workshop, library_version, program_version, shared

__all__ = ["Attempt", "Derivative", "Failure", "Source", "normalise"]

SAFE_ID = re.compile(r"[A-Za-z0-9._-]{1,100}")


def normalise(
    sources: Sequence[Source],
    into: Path,
    *,
    shop: Workshop | None = None,
    policy: Policy | None = None,
    depth: int = 0,
    left: Conversions | None = None,
) -> list[Derivative | Failure]:
    """Make a PDF/A of each file, in the order given; one file's trouble stays its own.

    Writes `<id>.pdf` and `<id>.txt` into `into`, whole or not at all; running it again replaces them.

    Args:
        policy: what becomes of which format; ours for no agency in particular unless given.
        depth: how many messages the sources are inside of.
        left: what the outermost of those messages may still have converted; each source its own unless given.

    Raises:
        ToolMissingError, VeraPdfMissingError: a tool that is needed is missing or does not start (both are
            `TemporaryError`: the same call may succeed later). Nothing is accepted meanwhile.
        TemporaryError: a file failed while our disk was full: that says nothing of the file.
        IngestError: an id is not fit for a file name.
    """
    shop, policy = shop or shared(), policy or policy_for()
    into.mkdir(parents=True, exist_ok=True)
    for source in sources:
        if not SAFE_ID.fullmatch(source.id) or source.id.startswith("."):
            raise IngestError(f"{source.id!r} cannot name a derivative; use letters, digits, '.', '_', '-'")
    with tempfile.TemporaryDirectory(dir=into, prefix=".making-") as folder:
        # Absolute: every tool runs in a folder of its own.
        room = Path(folder).resolve()
        placed = [replace(one, path=one.path.resolve()) for one in sources]
        printed = _printed(shop, placed, room, policy)
        results: list[Derivative | Failure] = []
        for number, source in enumerate(placed):
            work = Work(shop, source, room / f"work{number}")
            work.folder.mkdir()
            mine = left or Conversions()
            nested = partial(_inside, work, policy, depth, mine)
            made = _one(work, printed.get(str(number)), into, policy, nested, mine)
            if isinstance(made, Failure):
                our_disk.need_room(into, Path(tempfile.gettempdir()))
            results.append(made)
            shutil.rmtree(work.folder, ignore_errors=True)
        return results


def _printed(shop: Workshop, placed: Sequence[Source], room: Path, policy: Policy) -> dict[str, Printed]:
    """Print the office files among the sources, those of one flavour together."""
    printed: dict[str, Printed] = {}
    for flavour in sorted({one.flavour for one in placed}):
        office = [
            (str(number), one.path, one.facts.media_type)
            for number, one in enumerate(placed)
            if one.flavour == flavour
            and one.facts.media_type in libreoffice.FAMILIES
            and refusal(one.facts, policy) is None
        ]
        if office:
            printed |= shop.office.print_all(office, room, flavour=flavour)
    return printed


def _inside(
    work: Work, policy: Policy, depth: int, left: Conversions, key: str, path: Path, name: str
) -> Derivative | Failure:
    """Return what becomes of a file attached to a message: the same as of one that came by itself."""
    if depth >= DEPTH:
        return Failure(key, UNSUPPORTED, because("ingest.nested", deep=DEPTH))
    size, sha256 = path.stat().st_size, sha256_of_file(path)
    facts = inspect(DeliveredFile(name, path, size, sha256), sandbox=work.shop.sandbox)
    source = Source(key, path, facts, work.source.flavour)
    (made,) = normalise([source], work.folder, shop=work.shop, policy=policy, depth=depth + 1, left=left)
    return made


def refusal(facts: FileFacts, policy: Policy) -> tuple[str, Reason] | None:
    """Return code and reason why a file is not even tried; None when it may be."""
    if facts.encrypted and facts.problem:
        return ENCRYPTED, facts.problem
    if facts.problem:
        return UNREADABLE, facts.problem
    rule = policy.rule_for(facts)
    if rule is None or rule.action == "keep":
        return UNSUPPORTED, because("ingest.no-way", type=facts.media_type, puid=facts.puid)
    if rule.action == "refuse":
        why = because("ingest.policy-refuses", format=rule.title, vi=rule.why_vi, en=rule.why_en)
        return UNSUPPORTED, why
    if rule.tool == "libreoffice" and facts.media_type not in libreoffice.FAMILIES:
        return UNSUPPORTED, because("ingest.no-way", type=facts.media_type, puid=facts.puid)
    return None


def _one(
    work: Work, printed: Printed | None, into: Path, policy: Policy, nested: Nested, left: Conversions
) -> Derivative | Failure:
    source = work.source
    refused = refusal(source.facts, policy)
    if refused is not None:
        return Failure(source.id, *refused)
    try:
        found, candidate = _routed(work, printed, policy, nested, left)
    except NoDerivativeError as error:
        return Failure(source.id, error.code, error.reason, tuple(work.attempts))
    except CannotOpenError as error:
        return Failure(source.id, UNREADABLE, error.reason, tuple(work.attempts))
    return _kept(work, found, candidate, into)


def _routed(
    work: Work, printed: Printed | None, policy: Policy, nested: Nested, left: Conversions
) -> tuple[Judgement, Candidate]:
    """Send a file down the route its rule names."""
    rule = policy.rule_for(work.source.facts)
    match rule.tool if rule is not None else "":
        case "pdf":
            return from_pdf(work)
        case "picture":
            return from_picture(work)
        case "page":
            return from_page(work)
        case "mail":
            return from_mail(work, nested, left)
    return from_office(work, printed or Printed(None, because("ingest.not-printed")))


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
        recognised=tuple(page for route in accepted for page in work.recognised.get(route, ())),
        verification_page=proof,
        network_open=not cage.network_cut(),
    )


def _tools(work: Work, accepted: Sequence[str]) -> dict[str, str]:
    """Return the versions of what made and judged the derivative."""
    tools = {"veraPDF": work.shop.vera.version, "pikepdf": library_version("pikepdf")}
    programs = work.shop.tools
    if any(one.route.startswith(("page", "mail")) for one in work.attempts):
        tools["WeasyPrint"] = library_version("weasyprint")
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
