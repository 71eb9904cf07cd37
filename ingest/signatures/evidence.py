"""What a verdict rests on besides the signed bytes: certificates, revocation lists, OCSP answers, each as it was used.

Kept by its SHA-256 so that many files of one package share one copy of a revocation list. Evidence that lies inside
the signed file is kept as well, for who reads the package without a PDF library.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from asn1crypto import cms, ocsp, x509
from asn1crypto import crl as asn1_crl
from pyhanko.sign.general import (
    MultivaluedAttributeError,
    NonexistentAttributeError,
    find_unique_cms_attribute,
)
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko.sign.validation.policy_decl import LocalKnowledge
from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer

from ingest.our_memory import is_short_of_memory
from ingest.signatures.trust import Trust

log = logging.getLogger(__name__)

ENDINGS = {"anchor": "cer", "certificate": "cer", "crl": "crl", "ocsp": "ocsp"}
IN_FILE, TRUST_LIST = "file", "trust list"
PIECES_LIMIT = 1000
BYTES_LIMIT = 128 * 2**20


@dataclass(frozen=True)
class Piece:
    """One piece of evidence.

    Attributes:
        kind: anchor, certificate, crl or ocsp.
        der: its bytes.
        source: where it came from: file, trust list, fetched.
        label: of an anchor: the list that trusts it; of what was fetched: the address.
    """

    kind: str
    der: bytes
    source: str
    label: str = ""

    @property
    def sha256(self) -> str:
        """Return the hash it is named by, lower-case hex."""
        return hashlib.sha256(self.der).hexdigest()

    @property
    def name(self) -> str:
        """Return the name of its file."""
        return f"{self.sha256}.{ENDINGS[self.kind]}"


def of_trust(trust: Trust) -> Iterator[Piece]:
    """Yield everything the trust lists bring."""
    for anchor in trust.anchors:
        yield Piece("anchor", anchor.der, TRUST_LIST, anchor.trust_list)
    for der in trust.known:
        yield Piece("certificate", der, TRUST_LIST)
    for der in trust.crls:
        yield Piece("crl", der, TRUST_LIST)


def of_pdf(reader: Any) -> Iterator[Piece]:
    """Yield what the document security store (DSS) of a PDF holds; a broken one is as good as none."""
    try:
        store = DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        return
    for certificate in store.load_certs():
        yield Piece("certificate", certificate.dump(), IN_FILE)
    for kind, listed in (("crl", store.crls), ("ocsp", store.ocsps)):
        for one in listed:
            yield Piece(kind, one.get_object().data, IN_FILE)


def of_cms(signed: cms.SignedData) -> Iterator[Piece]:
    """Yield certificates and revocation data inside a CMS, its time-stamps included."""
    yield from _certificates(signed)
    for one in signed["crls"] or ():
        if isinstance(one.chosen, asn1_crl.CertificateList):
            yield Piece("crl", one.chosen.dump(), IN_FILE)
    for info in signed["signer_infos"]:
        try:
            kept = find_unique_cms_attribute(info["signed_attrs"], "adobe_revocation_info_archival")
        except (MultivaluedAttributeError, NonexistentAttributeError):
            kept = {}
        for kind in ("crl", "ocsp"):
            for one in kept[kind] or () if kept else ():
                yield Piece(kind, one.dump(), IN_FILE)
        for in_signature in (True, False):
            for stamp in extract_tst_data_iter(info, signed=in_signature):
                yield from of_cms(stamp)


def _certificates(signed: cms.SignedData) -> Iterator[Piece]:
    for one in signed["certificates"] or ():
        if isinstance(one.chosen, x509.Certificate):
            yield Piece("certificate", one.chosen.dump(), IN_FILE)


def readable(source: Callable[[], Iterable[Piece]]) -> list[Piece]:
    """Return the pieces a source gives that can be read; a broken one is as good as not there, and so is the rest.

    What is missing for it makes a verdict worse, never better.
    """
    found: list[Piece] = []
    try:
        for piece in source():
            if is_readable(piece):
                found.append(piece)
    except Exception as error:  # a malformed store or CMS: libraries raise all kinds
        if is_short_of_memory(error):
            raise
        log.debug("evidence that cannot be read: %r", error)
    return found


def is_readable(piece: Piece) -> bool:
    """Say whether a piece is what its kind says, whoever made it."""
    try:
        if piece.kind in ("certificate", "anchor"):
            certificate = x509.Certificate.load(piece.der, strict=True)
            _ = certificate.native, certificate.issuer.dump(), certificate.public_key.native
        elif piece.kind == "crl":
            _ = asn1_crl.CertificateList.load(piece.der, strict=True)["tbs_cert_list"]["this_update"].native
        else:
            # An answer that says "try later" or "not mine" holds none, and is evidence of nothing.
            return bool(list(OCSPContainer.load_multi(_answer(piece.der))))
    except (ValueError, TypeError, KeyError):
        return False
    return True


def _answer(der: bytes) -> ocsp.OCSPResponse:
    """Return an OCSP answer that answers.

    Raises:
        ValueError: it does not.
    """
    answer = ocsp.OCSPResponse.load(der, strict=True)
    if answer["response_status"].native != "successful":
        raise ValueError(answer["response_status"].native)
    return answer


def needed(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Return the pieces that can bear on the file, each once: the revocation lists of foreign authorities are left out.

    Raises:
        ValueError: more than a file may bring.
    """
    first: dict[tuple[str, bytes], Piece] = {}
    for piece in pieces:
        first.setdefault((piece.kind, piece.der), piece)
        if len(first) > PIECES_LIMIT:
            raise ValueError(f"more than {PIECES_LIMIT} pieces of evidence")
    if sum(len(one.der) for one in first.values() if one.source == IN_FILE) > BYTES_LIMIT:
        raise ValueError(f"more than {BYTES_LIMIT} bytes of evidence in the file")
    within = [one for one in first.values() if one.kind == "certificate" and one.source == IN_FILE]
    known = {
        one.der: x509.Certificate.load(one.der)
        for one in first.values()
        if one.kind in ("certificate", "anchor")
    }
    issuers = {known[one.der].issuer.dump() for one in within}
    for _ in known:  # up the chains, until nothing new is found
        above = {one.issuer.dump() for one in known.values() if one.subject.dump() in issuers}
        if above <= issuers:
            break
        issuers |= above
    return tuple(one for one in first.values() if one.kind != "crl" or _issuer_of(one) in issuers)


def _issuer_of(piece: Piece) -> bytes:
    dumped: bytes = asn1_crl.CertificateList.load(piece.der).issuer.dump()
    return dumped


def knowledge(pieces: Iterable[Piece], *, before: Any = None) -> LocalKnowledge:
    """Return the evidence as pyHanko takes it; anchors are not knowledge but trust.

    Args:
        before: a certificate; revocation lists made after it expired say nothing of it (a list need not name what has
            expired, RFC 5280 section 3.3) and are left out.
    """
    certificates: list[x509.Certificate] = []
    crls: list[CRLContainer] = []
    ocsps: list[OCSPContainer] = []
    for piece in pieces:
        if piece.kind == "certificate":
            certificates.append(x509.Certificate.load(piece.der))
        elif piece.kind == "crl":
            crl = asn1_crl.CertificateList.load(piece.der)
            if not _too_late(crl, before):
                crls.append(CRLContainer(crl))
        elif piece.kind == "ocsp":
            ocsps.extend(OCSPContainer.load_multi(ocsp.OCSPResponse.load(piece.der)))
    return LocalKnowledge(known_certs=certificates, known_crls=crls, known_ocsps=ocsps)


def _too_late(crl: asn1_crl.CertificateList, certificate: x509.Certificate | None) -> bool:
    if certificate is None or crl.issuer.dump() != certificate.issuer.dump():
        return False
    made = crl["tbs_cert_list"]["this_update"].native
    return bool(made > certificate.not_valid_after)
