"""The files a derivative becomes in a package: the PDF/A and its words, with all that was learnt making them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from archive.hashing import sha256_of_file
from archive.packages.facts import ComponentFacts, WrittenPackage
from archive.register.models import ComponentRole
from ingest.formats.derivative import Derivative, has_own_words
from ingest.formats.flavour import TARGETS
from ingest.formats.ocr import LANGUAGES


def of_derivative(
    made: Derivative,
    *,
    of: str,
    ids: tuple[str, str],
    name: str,
    place: str,
    more: Mapping[str, Any] | None = None,
) -> Iterator[ComponentFacts]:
    """Yield the PDF/A and the text beside it as components of a document.

    Args:
        made: the derivative.
        of: identifier of its original.
        ids: of the PDF/A and of the text.
        name: as the office named the original, without ending.
        place: folder and stem of their paths inside the representation, without ending.
        more: facts to be kept with the PDF/A beside its own.
    """
    ocr = _recognised(made)
    yield ComponentFacts(
        id=ids[0],
        role=ComponentRole.PDFA,
        name=f"{name}.pdf",
        path=f"representations/pdfa/data/{place}.pdf",
        media_type="application/pdf",
        puid=TARGETS[made.flavour].puid,
        size=made.size,
        sha256=made.sha256,
        facts={
            "of": of,
            "route": made.route,
            "tools": dict(made.tools),
            "verapdf": dict(made.verdict),
            "pages": made.pages,
            "attempts": [
                {
                    "route": one.route,
                    "outcome": one.outcome,
                    "reasons": [str(reason) for reason in one.reasons],
                    "removals": list(one.removals),
                }
                for one in made.attempts
            ],
        }
        | ({"ocr": ocr} if ocr else {})
        | ({"verification_page": made.verification_page} if made.verification_page else {})
        | ({"network_open": True} if made.network_open else {})
        | dict(more or {}),
        source=made.path,
    )
    text = measured(made.text_path)
    yield ComponentFacts(
        id=ids[1],
        role=ComponentRole.TEXT,
        name=f"{name}.txt",
        path=f"representations/text/data/{place}.txt",
        media_type="text/plain; charset=utf-8",
        puid="x-fmt/111",
        size=text.size,
        sha256=text.sha256,
        facts={"of": of} | ({"ocr": ocr} if ocr and not has_own_words(made) else {}),
        source=made.text_path,
    )


def _recognised(made: Derivative) -> dict[str, Any]:
    """Return how OCR did; empty when no page has words by OCR."""
    if not made.recognised:
        return {}
    return {
        "languages": LANGUAGES,
        "confidence": made.confidence,
        "pages": [
            {"page": one.page, "words": one.words, "confidence": one.confidence} for one in made.recognised
        ],
    }


def measured(path: Path) -> WrittenPackage:
    """Return a file's size and hash."""
    return WrittenPackage(path, path.stat().st_size, sha256_of_file(path))
