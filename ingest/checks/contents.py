"""What a file is and what it hides: can it be opened, does it carry programs, macros, scripts, further files.

Originals are kept as they came and never run, so macros and scripts are for an archivist to judge; a program, or
something nobody could look into, goes back.
"""

from __future__ import annotations

from collections.abc import Iterator

from archive.reason import Reason, because
from ingest.checks.case import Case, Document, Piece
from ingest.delivery import FileFacts
from ingest.finding import Finding

UNKNOWN_TYPES = frozenset({"", "application/octet-stream"})


def check(case: Case) -> Iterator[Finding]:
    """Yield what keeps a file from being read, and what in it is more than a document."""
    for document in case.documents:
        for piece in document.pieces:
            if piece.facts is not None:
                yield from _opened(document, piece, piece.facts)
                yield from _hidden(piece, piece.facts, document.ordinal)
    for piece in case.sources:  # descriptions and loose files are kept in the package too
        if piece.facts is not None:
            yield from _hidden(piece, piece.facts, 0)


def is_recognised(facts: FileFacts) -> bool:
    """Return whether the content is of any known format; a torn file mostly is not."""
    return bool(facts.extensions) or facts.media_type not in UNKNOWN_TYPES


def _opened(document: Document, piece: Piece, facts: FileFacts) -> Iterator[Finding]:
    known = is_recognised(facts) or facts.programs
    problem = facts.problem or (None if known else because("ingest.unknown-content"))
    if problem and not facts.encrypted:
        yield Finding("UNOPENABLE", piece.name, {"file": piece.name, "problem": problem}, document.ordinal)
    elif facts.damaged:
        yield Finding("DAMAGED", piece.name, {"file": piece.name, "problem": facts.damaged}, document.ordinal)


def _hidden(piece: Piece, facts: FileFacts, ordinal: int) -> Iterator[Finding]:
    seen: dict[str, str | Reason | None] = {
        "PROGRAM": ", ".join(facts.programs),
        "UNSEEN_INSIDE": facts.unseen,
        "MACRO": ", ".join(facts.macros),
        "ACTIVE_CONTENT": ", ".join(facts.active_content),
        "ATTACHED_FILES": str(facts.attachments) if facts.attachments else "",
    }
    for code, found in seen.items():
        if found:
            yield Finding(code, piece.name, {"file": piece.name, "found": found}, ordinal)
