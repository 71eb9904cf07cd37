"""What was delivered here? One `FileFacts` per file, learnt in the sandbox."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from archive.reason import Reason, from_json
from ingest.delivery import DeliveredFile, FileFacts, MediaFacts, ScanFacts, SignatureFacts
from ingest.formats.errors import CannotOpenError
from ingest.formats.identify import UNKNOWN_PUID, UNKNOWN_TYPE
from ingest.formats.sandbox import Sandbox, shared
from ingest.formats.signed import judged


def inspect(file: DeliveredFile, *, sandbox: Sandbox | None = None, reports: Path | None = None) -> FileFacts:
    """Return what can be told of one file without trusting it.

    A file that cannot be opened, on which the readers hang or of which they die, gets facts with a `problem`;
    it never stops the delivery.

    Args:
        reports: folder the report on its signatures and the evidence are written to (`ingest.signatures.keeping`).

    Raises:
        ToolMissingError: the sandbox cannot be started. May be retried.
        TrustListError: a trust list of the settings is missing, unreadable or empty.
    """
    box = sandbox or shared()
    try:
        said = box.ask("look", path=file.path.resolve(), name=file.name)
    except CannotOpenError as error:
        return FileFacts(file.sha256, UNKNOWN_PUID, UNKNOWN_TYPE, (), problem=error.reason)
    signatures = judged(file, box, reports) if said.get("signed") else ()
    return facts_from(file.sha256, said, _placed(signatures, said.get("seals", ())))


def facts_from(sha256: str, said: dict[str, Any], signatures: tuple[SignatureFacts, ...]) -> FileFacts:
    """Return the facts the sandbox's answer amounts to."""
    scan, media = said.get("scan"), said.get("media")
    return FileFacts(
        sha256=sha256,
        puid=said["puid"],
        media_type=said["media_type"],
        extensions=tuple(said["extensions"]),
        pages=said.get("pages"),
        pdf_version=said.get("pdf_version", ""),
        encrypted=said.get("encrypted", False),
        problem=_reason(said, "problem"),
        active_content=tuple(said.get("active_content", ())),
        first_page_text=said.get("first_page_text", ""),
        inner_texts=tuple(said.get("inner_texts", ())),
        signatures=signatures,
        damaged=_reason(said, "damaged"),
        macros=tuple(said.get("macros", ())),
        programs=tuple(said.get("programs", ())),
        attachments=said.get("attachments", 0),
        inner_names=tuple(said.get("inner_names", ())),
        unseen=_reason(said, "unseen"),
        claims=said.get("claims", ""),
        charset=said.get("charset", ""),
        legacy_fonts=tuple(said.get("legacy_fonts", ())),
        office_signatures=said.get("office_signatures", 0),
        scan=_scan(scan) if scan else None,
        media=MediaFacts(**media) if media else None,
    )


def _reason(said: Mapping[str, Any], name: str) -> Reason | None:
    return from_json(said[name]) if said.get(name) else None


def _scan(said: Mapping[str, Any]) -> ScanFacts:
    return ScanFacts(
        said["pages"],
        said["lowest_dpi"],
        said["least_bits"],
        tuple(said["pages_low"]),
        tuple(said["pages_grey"]),
        tuple(said["pages_silent"]),
        said["all_seen"],
    )


def _placed(
    signatures: tuple[SignatureFacts, ...], seals: Iterable[Mapping[str, Any]]
) -> tuple[SignatureFacts, ...]:
    """Return the signatures with the place and colour of those that are shown."""
    shown = {seal["field"]: seal for seal in seals}
    return tuple(
        replace(one, page=seal["page"], box=tuple(seal["box"]), ink=seal["ink"])
        if (seal := shown.get(one.field))
        else one
        for one in signatures
    )
