"""Signatures inside an XML message (XML-DSig; edXML carries them enveloped, `URI=""`, and SHA-1 in what was seen).

Vietnamese: chữ ký số trên thông điệp. Acceptance never depends on them: the legal signature is the one inside the PDF,
and most messages in the wild carry a dummy. What they say is told.

Hardened: no DTD, no entity, nothing fetched; a reference must be to the whole message or to one element of it by a
unique id; only canonicalisation and the enveloped-signature transform are permitted, so no XSLT, XPath or base64
decides what was signed. What is covered is told: `file` when the message's root is signed, else the elements' names.
The library judges the first signature of an element only, so a later one beside it cannot be told.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from asn1crypto import x509
from cryptography.x509 import load_der_x509_certificate
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, SignatureMethod
from signxml.exceptions import InvalidDigest, InvalidSignature, SignXMLException
from signxml.verifier import SignatureConfiguration, XMLVerifier

from archive.awaited import outcome
from ingest.our_memory import is_short_of_memory
from ingest.signatures import evidence
from ingest.signatures.chains import held_by_chain
from ingest.signatures.evidence import IN_FILE, Piece
from ingest.signatures.reading import chain_of, names_of, revocation_of
from ingest.signatures.report import (
    BROKEN,
    FAILED,
    PASSED,
    UNTOLD,
    Moment,
    SignatureReport,
    untold,
)

KIND = "XML-DSig"
DS = "http://www.w3.org/2000/09/xmldsig#"
MESSAGE_LIMIT = 256 * 2**20
SIGNATURES_LIMIT = 20
ENVELOPED = f"{DS}enveloped-signature"
TRANSFORMS = frozenset({ENVELOPED, *(one.value for one in CanonicalizationMethod)})
IDS = frozenset({"Id", "ID", "id"})  # local names the library resolves a reference by, whatever the namespace
REFERENCES_LIMIT = 100  # of one signature; for each the whole message is searched
METHODS = frozenset(one for one in SignatureMethod if "SHA1" not in one.name and "HMAC" not in one.name)
WEAK = ("#sha1", "#rsa-sha1", "#dsa-sha1", "#ecdsa-sha1", "#md5", "#rsa-md5")
CONFIG = SignatureConfiguration(
    require_x509=True, location="./", expect_references=False, signature_methods=METHODS
)


def judged(
    path: Path, trusted: Sequence[Piece], now: datetime
) -> tuple[tuple[SignatureReport, ...], tuple[Piece, ...]]:
    """Return a report for each signature of a message and the evidence they rest on; empty when it has none.

    Raises:
        ValueError: the message is too large, no XML, or has a DOCTYPE.
    """
    root = _read(path)
    found = list(root.iter(f"{{{DS}}}Signature"))
    if not found:
        return (), ()
    within = [Piece("certificate", der, IN_FILE) for one in found[:SIGNATURES_LIMIT] for der in _brought(one)]
    pieces = evidence.needed([*trusted, *evidence.readable(lambda: within)])
    return tuple(_each(path, len(found), pieces, now)), pieces


def _read(path: Path) -> etree._Element:
    if path.stat().st_size > MESSAGE_LIMIT:
        raise ValueError(f"larger than {MESSAGE_LIMIT} bytes")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=True
    )
    try:
        tree = etree.parse(path, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"not well-formed: {error}") from error
    if getattr(tree.docinfo, "doctype", ""):
        raise ValueError("it has a DOCTYPE")
    return tree.getroot()


def _brought(signature: etree._Element) -> Iterator[bytes]:
    for one in signature.iter(f"{{{DS}}}X509Certificate"):
        try:
            yield base64.b64decode("".join((one.text or "").split()), validate=True)
        except ValueError:
            continue  # a dummy: then there is no certificate, which is told


def _each(path: Path, count: int, pieces: Sequence[Piece], now: datetime) -> Iterator[SignatureReport]:
    for number in range(min(count, SIGNATURES_LIMIT)):
        try:
            # Read anew for each: verifying takes the signature out of the tree.
            signature = list(_read(path).iter(f"{{{DS}}}Signature"))[number]
            yield _one(signature, pieces, now)
        except Exception as error:  # this signature only
            if is_short_of_memory(error):
                raise
            yield untold(KIND, BROKEN, f"{type(error).__name__}: {error}", now)
    if count > SIGNATURES_LIMIT:
        yield untold(KIND, BROKEN, f"{count} signatures; only {SIGNATURES_LIMIT} were judged", now)


def _one(signature: etree._Element, pieces: Sequence[Piece], now: datetime) -> SignatureReport:
    blank = replace(untold(KIND, "", "", now), algorithms=_algorithms(signature))
    if trouble := _not_permitted(signature):
        return _with(blank, UNTOLD, "SIG_CONSTRAINTS_FAILURE", trouble, now)
    if any(name.endswith(WEAK) for name in _methods(signature)):
        told = "SHA-1 or weaker is not accepted; the value was not computed"
        return _with(blank, UNTOLD, "CRYPTO_CONSTRAINTS_FAILURE", told, now)
    signer = _signer(signature)
    if signer is None:
        return _with(blank, UNTOLD, "NO_SIGNING_CERTIFICATE_FOUND", "it brings no certificate", now)
    name, organisation, unit = names_of(signer)
    blank = replace(blank, signer=name, organisation=organisation, unit=unit)
    try:
        signed = _verified(signature, signer)
    except InvalidDigest as error:
        return replace(_with(blank, FAILED, "HASH_FAILURE", str(error), now), intact=False)
    except InvalidSignature as error:
        return _with(blank, FAILED, "SIG_CRYPTO_FAILURE", str(error), now)
    except SignXMLException as error:
        return _with(blank, FAILED, "FORMAT_FAILURE", str(error), now)
    moment, path = outcome(held_by_chain(signer, pieces, now))
    return replace(
        blank,
        now=moment,
        then=Moment(UNTOLD, "NO_POE", "", "", "a message's signature says no moment")
        if moment.verdict == PASSED
        else replace(moment, at=""),
        intact=True,
        coverage=signed,
        chain=chain_of(path, pieces),
        revocation=revocation_of(path, pieces),
    )


def _with(blank: SignatureReport, verdict: str, sub: str, detail: str, now: datetime) -> SignatureReport:
    moment = Moment(verdict, sub, now.isoformat(), "", detail[:500])
    return replace(blank, now=moment, then=replace(moment, at=""))


def _methods(signature: etree._Element) -> list[str]:
    wanted = ("SignatureMethod", "DigestMethod")
    return [
        one.get("Algorithm", "")
        for name in wanted
        for one in signature.iterfind(f"{{{DS}}}SignedInfo//{{{DS}}}{name}")
    ]


def _algorithms(signature: etree._Element) -> str:
    return ", ".join(dict.fromkeys(one.rpartition("#")[2] for one in _methods(signature)))


def _not_permitted(signature: etree._Element) -> str:
    """Return what of the signature's own description of itself is refused; "" when nothing is."""
    references = signature.findall(f"{{{DS}}}SignedInfo/{{{DS}}}Reference")
    if not references:
        return "it refers to nothing"
    if len(references) > REFERENCES_LIMIT:
        return f"{len(references)} references; at most {REFERENCES_LIMIT}"
    root = signature.getroottree().getroot()
    if not _is_found(signature, root):
        return "another signature stands before it in the same element"
    for one in references:
        uri = one.get("URI")
        if uri is None or (uri and not uri.startswith("#")) or (uri and uri.startswith("##")):
            return f"a reference to something outside the message: {str(uri)[:100]}"
        if uri and len(_with_id(root, uri[1:])) != 1:
            return f"a reference to {uri[:100]}, which is not one element"
        for step in one.iter(f"{{{DS}}}Transform"):
            if step.get("Algorithm", "") not in TRANSFORMS:
                return f"a transform that is not permitted: {step.get('Algorithm', '')[:100]}"
    return ""


def _with_id(root: etree._Element, wanted: str) -> list[etree._Element]:
    """Return the elements of this id as the library may find them: `wsu:Id` and `xml:id` are ids to it too."""
    return [
        one
        for one in root.iter(etree.Element)
        if any(value == wanted and etree.QName(name).localname in IDS for name, value in one.attrib.items())
    ]


def _is_found(signature: etree._Element, root: etree._Element) -> bool:
    """Say whether the library will verify this very signature: of several beside each other it takes the first."""
    if root.tag == signature.tag:
        return signature is root
    return root.find(f"{_place(signature, root)}{{{DS}}}Signature") is signature


def _signer(signature: etree._Element) -> x509.Certificate | None:
    """Return the certificate whose key signed: the first one it brings that is nobody's authority."""
    brought = []
    for der in _brought(signature):
        try:
            certificate = x509.Certificate.load(der, strict=True)
            _ = certificate.native
        except (ValueError, TypeError, KeyError):
            continue
        brought.append(certificate)
    return next((one for one in brought if not one.ca), None)


def _verified(signature: etree._Element, signer: x509.Certificate) -> str:
    """Return what the signature covers, once its digests and its value are right.

    Raises:
        SignXMLException: they are not.
    """
    root = signature.getroottree().getroot()
    whole = _is_whole(signature, root)
    certificate = load_der_x509_certificate(signer.dump())
    # The library would ask its own clock whether the certificate holds; that is for the chain to say, at our moment.
    moment = certificate.not_valid_before_utc
    found = XMLVerifier().verify(
        root,
        x509_cert=certificate,
        expect_config=replace(CONFIG, location=_place(signature, root), verification_time=moment),
    )
    results = found if isinstance(found, list) else [found]
    names = [
        etree.QName(one.signed_xml).localname for one in results if isinstance(one.signed_xml, etree._Element)
    ]
    return "file" if whole else ", ".join(names) or "part"


def _is_whole(signature: etree._Element, root: etree._Element) -> bool:
    wanted = [one.get("URI") for one in signature.findall(f"{{{DS}}}SignedInfo/{{{DS}}}Reference")]
    return any(uri == "" or (uri and _with_id(root, uri[1:])[0] is root) for uri in wanted)


def _place(signature: etree._Element, root: etree._Element) -> str:
    """Return where the verifier looks for it; whether it finds it and no other, `_is_found` says."""
    if signature is root:
        return "./"
    above = signature.getparent()
    steps: list[str] = []
    while above is not None and above is not root:
        position = [one for one in above.itersiblings(preceding=True) if one.tag == above.tag]
        steps.insert(0, f"{above.tag}[{len(position) + 1}]/")
        above = above.getparent()
    return "./" + "".join(steps)
