"""What is here already: the same case code, document id, document number, or bytes.

One document may lawfully lie in several case files (TT 01/2019/TT-BNV Điều 20.4.e), so the same bytes under the same
id are no fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from archive.vietnamese import plain
from ingest.checks.case import Case, Document
from ingest.checks.dates import parse_date
from ingest.finding import Finding


@dataclass(frozen=True)
class KnownDocument:
    """A stored document that has something in common with a delivered one.

    Attributes:
        file_code: of the case file it lies in.
        sha256s: of its original files.
    """

    file_code: str
    code: str
    organ_name: str
    number: str
    notation: str
    issued_on: date | None
    sha256s: frozenset[str]


@dataclass(frozen=True)
class Known:
    """What the house has that a delivery is held against; empty for a preflight without a register.

    Attributes:
        listed: file codes on the agency's list of case files; None when we have no list of it.
    """

    file_codes: frozenset[str] = frozenset()
    documents: tuple[KnownDocument, ...] = field(default_factory=tuple)
    listed: frozenset[str] | None = None


NumberKey = tuple[str, int, str, str]
_KEPT = 5  # documents remembered per id, number or hash: one clash is enough, and a delivery may be hostile


class _Seen:
    """Documents already met, findable by id, number and bytes, so that a large case file stays linear."""

    def __init__(self) -> None:
        self._by_code: dict[str, list[KnownDocument]] = {}
        self._by_number: dict[NumberKey, list[KnownDocument]] = {}
        self._by_hash: dict[str, list[KnownDocument]] = {}

    def add(self, one: KnownDocument) -> None:
        if one.code:
            _remember(self._by_code.setdefault(one.code, []), one)
        if (key := _key(one)) is not None:
            _remember(self._by_number.setdefault(key, []), one)
        for sha256 in one.sha256s:
            _remember(self._by_hash.setdefault(sha256, []), one)

    def same_code(self, one: KnownDocument) -> list[KnownDocument]:
        return self._by_code.get(one.code, [])

    def same_number(self, one: KnownDocument) -> list[KnownDocument]:
        key = _key(one)
        return self._by_number.get(key, []) if key else []

    def same_bytes(self, sha256: str) -> list[KnownDocument]:
        return self._by_hash.get(sha256, [])


def _remember(kept: list[KnownDocument], one: KnownDocument) -> None:
    if len(kept) < _KEPT:
        kept.append(one)


def check(case: Case, known: Known) -> Iterator[Finding]:
    """Yield clashes with what is stored and inside the delivery."""
    code = case.get("FileCode")
    if case.whole and code in known.file_codes:
        yield Finding("CASE_DUPLICATE", "case file / FileCode", {"code": code})
    seen = _Seen()
    for stored in known.documents:
        # What is being added to or replaced is expected to be here.
        if case.whole or stored.file_code != code:
            seen.add(stored)
    for document in case.documents:
        yield from _document(case, document, seen)
        seen.add(_as_known(case, document))


def number_key(organ_name: str, issued_on: date | None, notation: str, number: str) -> NumberKey | None:
    """Return what must be unique: agency, year, book (the notation), number; None when a part is missing.

    Numbers run per book or type (NĐ 30/2020/NĐ-CP practice), so the number alone proves nothing.
    """
    if not (organ_name and issued_on and number):
        return None
    return plain(organ_name), issued_on.year, plain(notation).strip("/"), number.strip().lstrip("0") or "0"


def _key(one: KnownDocument) -> NumberKey | None:
    return number_key(one.organ_name, one.issued_on, one.notation, one.number)


def _document(case: Case, document: Document, seen: _Seen) -> Iterator[Finding]:
    own = _as_known(case, document)
    main = document.pieces[0].file.sha256 if document.pieces else ""
    key = _key(own)
    rule = case.profile.number_unique
    id_clash = _first(o for o in seen.same_code(own) if main not in o.sha256s)
    number_clash = _first(o for o in seen.same_number(own) if o.code != own.code and main not in o.sha256s)
    same = _first(
        o
        for o in seen.same_bytes(main)
        if not (own.code and o.code == own.code) and not (key and _key(o) == key)
    )
    if id_clash:
        params = {"code": own.code, "where": id_clash}
        yield Finding("DOC_ID_DUPLICATE", document.place("DocCode"), params, document.ordinal)
    if number_clash and rule and own.issued_on:
        params = {
            "number": f"{own.number}/{own.notation.strip('/')}",
            "organ": own.organ_name,
            "year": str(own.issued_on.year),
            "where": number_clash,
            "basis": rule.clause,
        }
        yield Finding("NUMBER_DUPLICATE", document.place("CodeNumber"), params, document.ordinal)
    if same:
        name = document.pieces[0].name
        yield Finding("SAME_BYTES", name, {"file": name, "where": same}, document.ordinal)


def _first(clashes: Iterator[KnownDocument]) -> str:
    return next((other.file_code for other in clashes), "")


def _as_known(case: Case, document: Document) -> KnownDocument:
    return KnownDocument(
        case.get("FileCode") or "?",
        document.get("DocCode"),
        document.get("OrganName"),
        document.get("CodeNumber"),
        document.get("CodeNotation"),
        parse_date(document.get("IssuedDate")),
        frozenset(piece.file.sha256 for piece in document.pieces),
    )
