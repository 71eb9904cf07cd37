"""What the agency's own agreement narrows: formats and sizes. It only takes away from what law and profile allow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from archive.reason import Reason, because
from ingest.checks.case import Case
from ingest.checks.contents import is_recognised
from ingest.checks.province import content_of, one_name
from ingest.finding import Finding


@dataclass(frozen=True)
class Narrowed:
    """The limits of an agreement.

    Attributes:
        formats: extensions taken, in lower case; empty: nothing is narrowed.
        max_file_bytes, max_package_bytes: None: nothing is narrowed. A package counts unpacked: the files of its
            documents together.
        basis: how a clause names the agreement.
    """

    formats: tuple[str, ...] = ()
    max_file_bytes: int | None = None
    max_package_bytes: int | None = None
    basis: str = ""


def check(case: Case, agreed: Narrowed) -> Iterator[Finding]:
    """Yield what the agreement does not let in."""
    total, allowed = 0, frozenset(map(one_name, agreed.formats))
    for document in case.documents:
        for piece in document.pieces:
            size = piece.file.size
            total += size
            if agreed.max_file_bytes is not None and size > agreed.max_file_bytes:
                too_large = _sizes(size, agreed.max_file_bytes, agreed.basis)
                yield Finding("AGREED_SIZE", piece.name, too_large, document.ordinal)
            if not agreed.formats or piece.facts is None or not is_recognised(piece.facts):
                continue
            content = content_of(piece.facts)
            if content.isdisjoint(allowed):
                params = {
                    "file": piece.name,
                    "found": "/".join(sorted(content)) or piece.facts.media_type or "?",
                    "allowed": ", ".join(agreed.formats),
                    "basis": agreed.basis,
                }
                yield Finding("AGREED_FORMAT", piece.name, params, document.ordinal)
    if agreed.max_package_bytes is not None and total > agreed.max_package_bytes:
        yield Finding("AGREED_SIZE", "case file", _sizes(total, agreed.max_package_bytes, agreed.basis))


def _sizes(size: int, largest: int, basis: str) -> dict[str, str | Reason]:
    exactly = because("ingest.bytes-exactly", bytes=size)
    return {"size": exactly, "largest": because("ingest.bytes", bytes=largest), "basis": basis}
