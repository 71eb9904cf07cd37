"""The files of a document, put together as people think of them: what was received, and the PDF/A made of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive.register.models import Component, ComponentRole, Record


@dataclass(frozen=True)
class Piece:
    """One file of a document with its derivative; one of the two may be missing.

    Attributes:
        original: the untouched bytes.
        pdfa: made of it and verified.
    """

    original: Component | None
    pdfa: Component | None

    @property
    def name(self) -> str:
        """Return the name as the office gave it, else that of the derivative."""
        one = self.original or self.pdfa
        return one.name if one else ""

    @property
    def kept(self) -> bool:
        """Say whether nothing is made of it on purpose: a film, a sound, a signature, a format the policy keeps."""
        return self.pdfa is None and self.original is not None and bool(self.original.facts.get("kept"))

    @property
    def pages(self) -> int:
        """Return the pages counted in the derivative; 0 when nobody counted."""
        counted = self.pdfa.facts.get("pages") if self.pdfa else None
        return counted if isinstance(counted, int) else 0


def pieces(record: Record) -> list[Piece]:
    """Return a document's files in their order, each original with the PDF/A made of it."""
    originals = [one for one in record.components if one.role == ComponentRole.ORIGINAL]
    derived = [one for one in record.components if one.role == ComponentRole.PDFA]
    made_of = {str(one.facts.get("of", "")): one for one in derived}
    if len(originals) == len(derived) == 1:
        made_of = {originals[0].id: derived[0]}  # packages of other makers do not say what was made of what
    found = [Piece(one, made_of.get(one.id)) for one in originals]
    taken = {piece.pdfa.id for piece in found if piece.pdfa}
    return found + [Piece(None, one) for one in derived if one.id not in taken]


def readable(records: Sequence[Record]) -> Iterator[tuple[Record, Component]]:
    """Yield every PDF/A of a case file with its document, in reading order."""
    for record in records:
        for piece in pieces(record):
            if piece.pdfa is not None:
                yield record, piece.pdfa
