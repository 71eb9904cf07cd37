"""Checks of digital signatures (chữ ký số), by what the profile asks for and what was found in the files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from archive.reason import Reason, because
from archive.vietnamese import plain
from ingest.checks.case import Case, Document, Piece
from ingest.checks.province import is_incoming, is_issued_here
from ingest.delivery import SignatureFacts
from ingest.finding import Finding

PDF = "application/pdf"
# How names of Vietnamese agencies begin; a certificate does not say otherwise whether it is a person's.
_AGENCY = re.compile(
    r"(?:ủy ban|uỷ ban|ubnd|hội đồng|hđnd|sở|bộ|ban|cục|chi cục|tổng cục|vụ|văn phòng|thanh tra|trung tâm|công an|"
    r"tòa án|toà án|viện|trường|bệnh viện|kho bạc|phòng|đài|báo|chi nhánh|công ty)\b"
)


def check(case: Case) -> Iterator[Finding]:
    """Yield signatures that are missing, broken, unproven, on the wrong format or in the wrong order."""
    for document in case.documents:
        signed = [piece for piece in document.pieces if _is_signed(piece)]
        for piece in signed:
            yield from _judged(case, document, piece)
        if signed:
            yield from _on_pdf(case, document, signed)
            if is_issued_here(case, document):
                yield from _in_order(document, signed)
                yield from _signers(document, signed)
                yield from _looks(document, signed)
        else:
            yield from _unsigned(case, document)


def _is_signed(piece: Piece) -> bool:
    return piece.facts is not None and bool(piece.facts.signatures or piece.facts.office_signatures)


def _judged(case: Case, document: Document, piece: Piece) -> Iterator[Finding]:
    """A broken signature returns the case file whatever the province asks (authenticity, NĐ 01/2013 Điều 7.2).

    INDETERMINATE is "could not tell", mostly an unknown chain: an archivist decides. Any other word fails closed.
    """
    rule = document.rules.signature
    assert piece.facts is not None
    for signature in piece.facts.signatures:
        if signature.verdict == "TOTAL-PASSED" and signature.intact is True:
            continue
        broken = signature.verdict == "TOTAL-FAILED" or signature.intact is False
        params: dict[str, str | Reason] = {
            "file": piece.name,
            "signer": signature.signer or "?",
            "detail": because("ingest.signature", verdict=signature.sub_indication or signature.verdict),
            "basis": rule.clause if rule else "NĐ 01/2013/NĐ-CP Điều 7.2",
        }
        yield Finding(
            "SIGNATURE_INVALID" if broken else "SIGNATURE_UNPROVEN", piece.name, params, document.ordinal
        )


def _unsigned(case: Case, document: Document) -> Iterator[Finding]:
    """Unsigned: refused where signing is a must, for information only where it gives legal value.

    A document of pictures alone (photo, map, scan) has nowhere to carry a signature; it is for information only even
    where signing is a must (our reading).
    """
    rule = document.rules.signature
    if rule is None or rule.required == "no" or not document.pieces:
        return
    if is_incoming(case, document) and not rule.incoming:
        return
    if any(piece.facts is None or piece.facts.problem for piece in document.pieces):
        return  # nobody can say whether it is signed; that it cannot be opened sends it back
    pictures = all(
        piece.facts and piece.facts.media_type.startswith(("image/", "audio/", "video/"))
        for piece in document.pieces
    )
    code = "SIGNATURE_MISSING" if rule.required == "yes" and not pictures else "INFORMATION_ONLY"
    basis = rule.unsigned_clause or rule.clause
    yield Finding(code, document.place(), {"basis": basis}, document.ordinal)


def _on_pdf(case: Case, document: Document, signed: list[Piece]) -> Iterator[Finding]:
    formats = case.profile.formats
    if formats is None or "pdf" not in formats.signed:
        return
    if any(piece.facts and piece.facts.media_type == PDF for piece in signed):
        return
    first = signed[0].name
    params = {"file": first, "allowed": ", ".join(formats.signed), "basis": formats.clause}
    yield Finding("FORMAT_SIGNED", first, params, document.ordinal)


def _in_order(document: Document, signed: list[Piece]) -> Iterator[Finding]:
    rule = document.rules.signature
    if rule is None or not rule.ordered:
        return
    for piece in signed:
        assert piece.facts is not None
        people = [s for s in piece.facts.signatures if not is_agency(s)]
        agencies = [s for s in piece.facts.signatures if is_agency(s)]
        firsts = [(p, a) for p in people for a in agencies if _before(a, p)]
        if firsts:
            person, agency = firsts[0]
            params = {
                "agency": agency.signed_at,
                "person": person.signed_at,
                "basis": rule.order_clause or rule.clause,
            }
            yield Finding("SIGNATURE_ORDER", piece.name, params, document.ordinal)


def _signers(document: Document, signed: list[Piece]) -> Iterator[Finding]:
    """Whose signatures a document issued here carries; told by the names in certificates, so only a warning."""
    rule = document.rules.signature
    if rule is None:
        return
    found = {
        "agency" if is_agency(signature) else "person"
        for piece in signed
        if piece.facts
        for signature in piece.facts.signatures
    }
    for who in rule.signers if found else ():
        if who not in found:
            params = {"file": signed[0].name, "who": _WHO[who], "basis": rule.clause}
            yield Finding("SIGNER_MISSING", signed[0].name, params, document.ordinal)


def _looks(document: Document, signed: list[Piece]) -> Iterator[Finding]:
    """An agency's seal is red, a person's signature blue (Lạng Sơn 10.2); what is not shown has no look at all."""
    rule = document.rules.signature
    if rule is None or rule.looks != "warn":
        return
    for piece in signed:
        for signature in piece.facts.signatures if piece.facts else ():
            wanted = "red" if is_agency(signature) else "blue"
            if signature.kind != "PAdES":
                continue  # one in a file of its own is shown nowhere
            if signature.ink != wanted:
                params = {
                    "file": piece.name,
                    "signer": signature.signer or "?",
                    "found": _INKS.get(signature.ink, signature.ink),
                    "wanted": _INKS[wanted],
                    "basis": rule.clause,
                }
                yield Finding("SEAL_LOOK", piece.name, params, document.ordinal)


_WHO = {"agency": "cơ quan (agency)", "person": "người có thẩm quyền (person)"}
_INKS = {"red": "đỏ (red)", "blue": "xanh (blue)", "black": "đen (black)", "other": "khác (other)",
         "": "không hiển thị (not shown)"}  # fmt: skip


def is_agency(signature: SignatureFacts) -> bool:
    """Return whether an agency's certificate signed, not a person's (our reading of the names in it)."""
    signer = plain(signature.signer)
    return bool(signer) and (signer == plain(signature.organisation) or _AGENCY.match(signer) is not None)


def _before(one: SignatureFacts, other: SignatureFacts) -> bool:
    try:
        return datetime.fromisoformat(one.signed_at) < datetime.fromisoformat(other.signed_at)
    except (ValueError, TypeError):
        return False  # a time that is not said, or has no zone, proves no order
