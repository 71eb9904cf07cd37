"""What certificates and revocation data say of themselves, as plain values for the report."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from asn1crypto import cms, ocsp, x509
from asn1crypto import crl as asn1_crl

from ingest.signatures.evidence import Piece
from ingest.signatures.report import Certificate, Revocation


def names_of(certificate: x509.Certificate | None) -> tuple[str, str, str]:
    """Return common name, organisation and unit of a certificate's subject; each "" when it is not said."""
    if certificate is None:
        return "", "", ""
    subject = certificate.subject.native
    return tuple(
        _one(subject.get(part)) for part in ("common_name", "organization_name", "organizational_unit_name")
    )  # type: ignore[return-value]


def _one(value: object) -> str:
    return "; ".join(str(part) for part in value) if isinstance(value, list) else str(value or "")


def algorithms_of(signed: cms.SignedData) -> str:
    """Return digest and signature algorithm of the first signer, e.g. `sha256, sha256_ecdsa`."""
    info = signed["signer_infos"][0]
    digest = info["digest_algorithm"]["algorithm"].native
    return f"{digest}, {info['signature_algorithm']['algorithm'].native}"


def chain_of(path: Sequence[x509.Certificate], pieces: Sequence[Piece]) -> tuple[Certificate, ...]:
    """Return the chain, from the signer up."""
    anchors = {one.der: one.label for one in pieces if one.kind == "anchor"}
    return tuple(certificate_of(one, anchors.get(one.dump(), "")) for one in path)


def certificate_of(one: x509.Certificate, trust_list: str = "") -> Certificate:
    """Return what a certificate says."""
    return Certificate(
        sha256=hashlib.sha256(one.dump()).hexdigest(),
        subject=one.subject.human_friendly,
        issuer=one.issuer.human_friendly,
        serial=format(one.serial_number, "x"),
        not_before=one.not_valid_before.isoformat(),
        not_after=one.not_valid_after.isoformat(),
        trust_list=trust_list,
    )


def revocation_of(path: Sequence[x509.Certificate], pieces: Sequence[Piece]) -> tuple[Revocation, ...]:
    """Return the revocation lists and OCSP answers that speak of a certificate of the chain."""
    issuers = {one.issuer.dump() for one in path}
    serials = {one.serial_number for one in path}
    found: list[Revocation] = []
    for piece in pieces:
        if piece.kind == "crl":
            crl = asn1_crl.CertificateList.load(piece.der)
            if crl.issuer.dump() in issuers:
                body = crl["tbs_cert_list"]
                found.append(
                    Revocation(
                        "crl",
                        piece.sha256,
                        crl.issuer.human_friendly,
                        _iso(body["this_update"].native),
                        _iso(body["next_update"].native),
                        piece.source,
                    )
                )
        elif piece.kind == "ocsp":
            found.extend(_answers(piece, serials))
    return tuple(found)


def _answers(piece: Piece, serials: set[int]) -> Iterator[Revocation]:
    basic = ocsp.OCSPResponse.load(piece.der).basic_ocsp_response
    for one in basic["tbs_response_data"]["responses"]:
        if one["cert_id"]["serial_number"].native in serials:
            responder = basic["tbs_response_data"]["responder_id"]
            name = responder.chosen.human_friendly if responder.name == "by_name" else "(by key)"
            yield Revocation(
                "ocsp",
                piece.sha256,
                name,
                _iso(one["this_update"].native),
                _iso(one["next_update"].native),
                piece.source,
            )


def _iso(moment: Any) -> str:
    return moment.isoformat() if moment is not None else ""
