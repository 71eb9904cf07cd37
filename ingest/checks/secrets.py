"""V12: nothing marked as a state secret (bí mật nhà nước) comes into a networked archive.

Signs looked for: a level in any field, a stamp on the first page or in a cell, also of a file attached to a message or
a PDF, the name of a file or of a file inside it. A sign refuses the whole case file; the finding names where it was
seen and never repeats the text around it.

The words themselves are in `secret_words`; what they mean here is our reading, and leans to refusing: the office still
has what it sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ingest.checks import secret_words
from ingest.checks.case import Case, Piece
from ingest.finding import Finding

SHEETS = ("spreadsheet", "excel", "csv")


def check(case: Case) -> Iterator[Finding]:
    """Yield every sign of secrecy (TT 02/2019 Điều 8.1, or the province's own clause)."""
    yield from _fields(case, case.fields, 0)
    for document in case.documents:
        yield from _fields(case, document.fields, document.ordinal)
        for piece in document.pieces:
            yield from _piece(case, piece, document.ordinal)
    for piece in case.sources:
        yield from _piece(case, piece, 0)


def _fields(case: Case, fields: Mapping[str, str], document: int) -> Iterator[Finding]:
    for name, value in fields.items():
        if secret_words.is_secret_field(name, value):
            place = f"document {document} / {name}" if document else f"case file / {name}"
            yield _finding(case, place, name, document)


def _piece(case: Case, piece: Piece, ordinal: int) -> Iterator[Finding]:
    facts = piece.facts
    if facts is not None:
        cells = any(word in facts.media_type for word in SHEETS)
        if stamp := secret_words.stamp_on(facts.first_page_text, cells=cells):
            yield _finding(case, piece.name, f"{stamp} (trang 1)", ordinal)
        if stamp := next(filter(None, map(secret_words.stamp_on, facts.inner_texts)), ""):
            yield _finding(case, piece.name, f"{stamp} (bên trong)", ordinal)
        if any(secret_words.is_secret_name(name) for name in facts.inner_names):
            yield _finding(case, piece.name, "tên tệp bên trong", ordinal)
    if secret_words.is_secret_name(piece.name):
        yield _finding(case, piece.name, "tên tệp", ordinal)


def _finding(case: Case, place: str, seen: str, document: int) -> Finding:
    stance = case.profile.secret
    if stance:
        return Finding("SECRET", place, {"seen": seen, "basis": stance.clause}, document)
    return Finding("V12", place, {"seen": seen}, document)
