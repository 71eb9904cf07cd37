"""Checks of TT 02/2019/TT-BNV on the package: V01, V04, V07, V10, V13. The field tables (V09) are in `description`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from archive.codes.load import table
from ingest.checks.case import Case, Document, Piece
from ingest.finding import Finding

PDF = "application/pdf"
DIGITISED = "02"  # confidence code of a scan of paper
OLDEST_PDF = (1, 4)
SAYS_NO_FILE = ("SIP_DOC_NO_FILE", "GATHER_")
"""How codes begin that say of a document that its file is not there."""
_VERSION = re.compile(r"([0-9]+)\.([0-9]+)")


def check(case: Case) -> Iterator[Finding]:
    """Yield what is wrong with files, totals, names and codes."""
    yield from _present(case)
    yield from _ordinals(case)
    yield from _file_code(case)
    yield from _totals(case)
    for document in case.documents:
        yield from _pages(case, document)
        yield from _digitised_name(case, document)
        for piece in document.pieces:
            yield from _version(document, piece)


def _present(case: Case) -> Iterator[Finding]:
    """V13: every item that is described is there, and was looked into.

    The SIP reader, and whoever looks for documents sent apart, say some of this more exactly; it is not said twice.
    """
    said = {finding.code for finding in case.delivery.findings}
    told = {f.document for f in case.delivery.findings if f.code.startswith(SAYS_NO_FILE)}
    if not case.documents and "SIP_NO_DOCUMENTS" not in said:
        yield Finding("V13_NO_DOCUMENT", "case file")
    for document in case.documents:
        if not document.pieces and document.ordinal not in told:
            yield Finding("V13_FILE_MISSING", document.place(), {}, document.ordinal)
        for piece in document.pieces:
            if piece.facts is None:
                yield Finding("V13_UNTOLD", piece.name, {"file": piece.name}, document.ordinal)


def _version(document: Document, piece: Piece) -> Iterator[Finding]:
    """V01, Điều 6.1.a: PDF 1.4 or higher. A PDF that opens but tells no version does not pass."""
    facts = piece.facts
    if facts is None or facts.media_type != PDF or facts.problem or facts.encrypted:
        return
    match = _VERSION.fullmatch(facts.pdf_version)
    if match is None or (int(match[1]), int(match[2])) < OLDEST_PDF:
        params = {"file": piece.name, "version": facts.pdf_version or "?"}
        yield Finding("V01", piece.name, params, document.ordinal)


def _pages(case: Case, document: Document) -> Iterator[Finding]:
    """V04: the declared page count is that of the document itself, or of all its files together.

    Whether attachments count is not said anywhere, so both are taken (our reading).
    """
    declared = _number(document.get("PageAmount"))
    if declared is None or not document.pieces:
        return
    counts = [piece.facts.pages if piece.facts else None for piece in document.pieces]
    first = counts[0]
    if first is None:
        return
    known = [count for count in counts if count is not None]
    if declared in {first, sum(known)}:
        return
    params = {"declared": str(declared), "counted": str(first)}
    pages = case.profile.pages
    place = document.place("PageAmount")
    if pages:
        yield Finding("PAGES", place, params | {"basis": pages.clause}, document.ordinal)
    else:
        yield Finding("V04", place, params, document.ordinal)


def _totals(case: Case) -> Iterator[Finding]:
    if not case.whole:
        return
    declared = _number(case.get("TotalDoc"))
    if declared is not None and case.documents and declared != len(case.documents):
        params = {"declared": str(declared), "counted": str(len(case.documents))}
        yield Finding("V04_DOCS", "case file / TotalDoc", params)
    pages = _number(case.get("PageNumber"))
    each = [_pages_of(document) for document in case.documents]
    if pages is not None and each and None not in each:
        total = sum(count for count in each if count is not None)
        if total != pages:
            params = {"declared": str(pages), "counted": str(total)}
            yield Finding("V04_TOTAL", "case file / PageNumber", params)


def _pages_of(document: Document) -> int | None:
    """Return the pages a document declares, else those its first file has; None when neither is told."""
    first = document.pieces[0].facts if document.pieces else None
    declared = _number(document.get("PageAmount"))
    return declared if declared is not None else (first.pages if first else None)


def _ordinals(case: Case) -> Iterator[Finding]:
    """V07: ordinals unique, and in a whole case file from 1 without a gap; silence is no fault (TT 05/2025 SIP)."""
    texts = [document.get("DocOrdinal") for document in case.documents]
    if not any(texts):
        return
    numbers = [_number(text) for text in texts]
    unique = len(set(numbers)) == len(numbers)
    whole = set(numbers) == set(range(1, len(numbers) + 1))
    if unique and None not in numbers and (whole or not case.whole):
        return
    shown = ", ".join(text or "?" for text in texts[:30])
    yield Finding("V07_ORDINAL", "case file / DocOrdinal", {"count": str(len(texts)), "ordinals": shown})


def _digitised_name(case: Case, document: Document) -> Iterator[Finding]:
    """V07, Điều 6.1.e: a digitised document's file is named file code, dot, ordinal.

    The article speaks of scans of paper; born-digital files keep the name they were signed under. Where a province
    forbids dots and dashes in names (Ninh Bình 8.4) its rule wins for names as sent.
    """
    rule = case.profile.file
    if not is_digitised(case, document) or not document.pieces or (rule and rule.name):
        return
    code = document.get("FileCode") or case.get("FileCode")
    if not code:
        return
    ordinal = _number(document.get("DocOrdinal")) or document.ordinal
    name = document.pieces[0].name
    stem, _, extension = unicodedata.normalize("NFC", name).rpartition(".")
    tail = stem.removeprefix(code + ".") if stem.startswith(code + ".") else ""
    if _number(tail) != ordinal:
        expected = f"{code}.{ordinal:03}.{extension or 'pdf'}"
        yield Finding("V07", name, {"file": name, "expected": expected}, document.ordinal)


def is_digitised(case: Case, document: Document) -> bool:
    """Return whether the description says the document is a scan of paper (mức độ tin cậy: số hóa)."""
    said = document.get("ConfidenceLevel") or case.get("ConfidenceLevel")
    return table("confidence").code_of(said) == DIGITISED


def _file_code(case: Case) -> Iterator[Finding]:
    """V10: the file code is its parts joined by dots; FileCatalog has 4 digits.

    Both with and without the archive's `Identifier` in front: office systems send it without, and 13 + 13
    characters do not fit the field's 30. A code sent without its parts is taken as it is, and no code is asked for
    that would repeat a wrong year.
    """
    code, catalog = case.get("FileCode"), case.get("FileCatalog")
    year_is_wrong = bool(catalog) and not (len(catalog) == 4 and _number(catalog) is not None)
    if year_is_wrong:
        yield Finding("V10_YEAR", "case file / FileCatalog", {"value": catalog[:20]})
    parts = [case.get(name) for name in ("OrganId", "FileCatalog", "FileNotation")]
    if code and all(parts) and not year_is_wrong:
        short = ".".join(parts)
        lawful = {short, f"{case.get('Identifier')}.{short}"}
        if code not in lawful:
            yield Finding("V10", "case file / FileCode", {"value": code, "expected": short})
    for document in case.documents:
        yield from _document_codes(case, document)


def _document_codes(case: Case, document: Document) -> Iterator[Finding]:
    """V10: what a document says of the file code agrees with the case file's."""
    code, own = case.get("FileCode"), document.get("FileCode")
    if own and code and own != code:
        params = {"value": own, "expected": code}
        yield Finding("V10_OTHER_FILE", document.place("FileCode"), params, document.ordinal)
    parts = [document.get(name) for name in ("OrganId", "FileCatalog", "FileNotation")]
    short = ".".join(parts)
    lawful = {short, f"{document.get('Identifier')}.{short}"}
    if code and all(parts) and own in ("", code) and code not in lawful:
        params = {"value": code, "expected": short}
        yield Finding("V10_DOCUMENT", document.place("FileCode"), params, document.ordinal)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else None
