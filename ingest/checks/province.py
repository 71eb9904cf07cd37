"""Checks of a province's regulation, by its profile: agency, formats, names, sizes, codes, fields, recall."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archive.codes.identifiers import level1_of, parse_case_code
from archive.reason import Reason, because
from archive.vietnamese import fold
from ingest.checks.case import Case, Document, Piece
from ingest.checks.contents import is_recognised
from ingest.checks.fields import DOCUMENT_FIELDS, EXCHANGE_FIELDS, Need
from ingest.delivery import FileFacts
from ingest.finding import Finding
from ingest.profiles.schema import Formats

_SAME_FORMAT = {"jpg": "jpeg", "jpe": "jpeg", "tif": "tiff", "htm": "html"}
_NAMES = {row.short: row.name_vi for row in DOCUMENT_FIELDS} | dict(EXCHANGE_FIELDS)
_ALREADY_REQUIRED = frozenset(row.short for row in DOCUMENT_FIELDS if row.need is Need.REQUIRED)


def check(case: Case) -> Iterator[Finding]:
    """Yield what the province's regulation does not allow."""
    legal = case.profile.legal
    if legal.state == "draft":
        yield Finding("PROFILE_DRAFT", "case file", {"basis": legal.name})
    yield from _agency(case)
    yield from _case_code(case)
    for document in case.documents:
        yield from _document_code(case, document)
        yield from _fields(case, document)
        for piece in document.pieces:
            yield from _format(case, document, piece)
            yield from _file(case, document, piece)
            yield from _encrypted(case, document, piece)
            yield from _charset(case, document, piece)


def _agency(case: Case) -> Iterator[Finding]:
    """The case file is of an agency under the regulation (documents in it may come from anywhere)."""
    scope = case.profile.agency
    if scope is None:
        return
    code = case.get("FileCode")
    parsed = parse_case_code(code)
    for value in (code, case.get("OrganId"), case.agency_code):
        found = level1_of(value)
        if found is not None:
            break
    else:
        return  # an opaque code: other rules speak about its form
    foreign = found != scope.level1
    if scope.scope == "department" and parsed is not None:
        foreign = foreign or parsed.agency != case.agency_code
    if foreign:
        params = {"value": value, "level1": scope.level1, "basis": scope.clause}
        yield Finding("PROFILE_AGENCY", "case file / FileCode", params)


def _case_code(case: Case) -> Iterator[Finding]:
    rule, code = case.profile.case_code, case.get("FileCode")
    if rule is None or not code or level1_of(code) not in {None, case.profile.level1}:
        return
    if not rule.matches(code, case.profile.level1):
        yield Finding("CASE_CODE", "case file / FileCode", {"value": code, "basis": rule.clause})


def is_issued_here(case: Case, document: Document) -> bool:
    """Return whether the document's id says an agency under the regulation issued it.

    Id and field rules bind those; what came from elsewhere and lies in the case keeps its issuer's rules.
    """
    return bool(case.profile.level1) and level1_of(document.get("DocCode")) == case.profile.level1


def is_incoming(case: Case, document: Document) -> bool:
    """Return whether the document's id says that an agency outside the regulation issued it."""
    found = level1_of(document.get("DocCode"))
    return bool(case.profile.level1) and found is not None and found != case.profile.level1


def _document_code(case: Case, document: Document) -> Iterator[Finding]:
    rule, code = document.rules.document_code, document.get("DocCode")
    if rule is None or not is_issued_here(case, document) or rule.matches(code, case.profile.level1):
        return
    # TT 05/2025 gives documents of a case file an id of their own: file code, dot, ordinal. Newer and higher law.
    file_code = case.get("FileCode")
    if file_code and code.startswith(file_code + ".") and code[len(file_code) + 1 :].isdigit():
        return
    yield Finding(
        "DOC_ID", document.place("DocCode"), {"value": code, "basis": rule.clause}, document.ordinal
    )


def _fields(case: Case, document: Document) -> Iterator[Finding]:
    """Exchange fields that may not be empty.

    A case file package has no place for them; they are asked of a document that came with its exchange data, that
    is with at least one of them (our reading).
    """
    rule = document.rules.fields
    if rule is None or not (is_issued_here(case, document) or case.profile.codes_assigned):
        return
    exchanged = any(document.get(name) for name in EXCHANGE_FIELDS)
    for word, name in rule.fields.items():
        if document.get(name) or name in _ALREADY_REQUIRED or (name in EXCHANGE_FIELDS and not exchanged):
            continue
        params = {"field": word, "name": _NAMES[name], "basis": rule.clause}
        yield Finding("FIELD", document.place(name), params, document.ordinal)


def _format(case: Case, document: Document, piece: Piece) -> Iterator[Finding]:
    """The content decides, not the name: `map.jpg` holding a PNG is a PNG."""
    rule, facts = case.profile.formats, piece.facts
    # Content that nobody recognises is UNOPENABLE, whichever formats are taken.
    if rule is None or facts is None or not is_recognised(facts):
        return
    content = content_of(facts)
    found = "/".join(sorted(content)) or facts.media_type or "?"
    params = {"file": piece.name, "found": found, "basis": rule.clause}
    if not _is_taken(rule, facts, content):
        allowed = ", ".join([*sorted(rule.extensions), *(["image/*"] if "any" in rule.image else [])])
        yield Finding("FORMAT", piece.name, params | {"allowed": allowed}, document.ordinal)
        return
    extension = piece.name.rpartition(".")[2].lower() if "." in piece.name else ""
    if content and one_name(extension) not in content:
        yield Finding("FORMAT_EXTENSION", piece.name, params, document.ordinal)


def content_of(facts: FileFacts) -> frozenset[str]:
    """Return the extensions that mean what the content of a file was found to be, one for each format."""
    return frozenset(one_name(e.lower()) for e in facts.extensions)


def one_name(extension: str) -> str:
    """Return the extension that stands for all of its format: `jpeg` for `jpg`."""
    return _SAME_FORMAT.get(extension, extension)


def _is_taken(rule: Formats, facts: FileFacts, content: frozenset[str]) -> bool:
    if "any" in rule.image and facts.media_type.startswith("image/"):
        return True
    return not content.isdisjoint(rule.extensions)


def _file(case: Case, document: Document, piece: Piece) -> Iterator[Finding]:
    rule = case.profile.file
    if rule is None:
        return
    name = piece.name
    too_long = rule.name_max is not None and len(name) > rule.name_max
    if too_long or (rule.name and not re.fullmatch(rule.name, name)):
        params = {
            "file": name,
            "longest": str(rule.name_max or ""),
            "example": _allowed_name(name, rule.name_max or 50),
            "basis": rule.clause,
        }
        yield Finding("FILE_NAME", name, params, document.ordinal)
    if rule.max_bytes is not None and piece.file.size > rule.max_bytes:
        too_large: dict[str, str | Reason] = {
            "file": name,
            "size": because("ingest.bytes-exactly", bytes=piece.file.size),
            "largest": because("ingest.bytes", bytes=rule.max_bytes),
            "basis": rule.clause,
        }
        yield Finding("FILE_SIZE", name, too_large, document.ordinal)


def _allowed_name(name: str, longest: int) -> str:
    """Return the name without diacritics and signs, as a suggestion: `Báo cáo.pdf` -> `Baocao.pdf`."""
    stem, dot, extension = name.rpartition(".")
    extension = re.sub(r"[^a-z0-9]", "", fold(extension))[:5] if dot else ""
    words = [re.sub(r"[^a-z0-9]", "", word) for word in fold(stem if dot else name).split()]
    bare = "".join(word.capitalize() for word in words) or "TaiLieu"
    tail = f".{extension or 'pdf'}"
    return bare[: longest - len(tail)] + tail


def _encrypted(case: Case, document: Document, piece: Piece) -> Iterator[Finding]:
    rule = case.profile.encrypted
    if rule and piece.facts and piece.facts.encrypted:
        params = {"file": piece.name, "basis": rule.clause}
        yield Finding("ENCRYPTED", piece.name, params, document.ordinal)


def _charset(case: Case, document: Document, piece: Piece) -> Iterator[Finding]:
    """TCVN 6909:2001 is Unicode; a text of an older encoding, or in a font of one, cannot be searched or read aloud."""
    rule, facts = case.profile.charset, piece.facts
    if rule is None or not rule.unicode or facts is None:
        return
    found = ["8-bit"] if facts.charset == "8-bit" else list(facts.legacy_fonts)
    if found:
        params = {"file": piece.name, "found": ", ".join(found), "asked": rule.says, "basis": rule.clause}
        yield Finding("CHARSET", piece.name, params, document.ordinal)
