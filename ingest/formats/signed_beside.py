"""Signatures that are not inside a document: in a file beside it, and in the message it came with."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from ingest.delivery import DeliveredFile, Delivery, FileFacts
from ingest.formats.sandbox import Sandbox, shared
from ingest.formats.signed import judged
from ingest.signatures import beside
from ingest.signatures.report import BROKEN

XMLDSIG = b"http://www.w3.org/2000/09/xmldsig#"
CHUNK = 2**20
SIGNATURE_TYPE = "application/pkcs7-signature"


def with_signatures_beside(
    delivery: Delivery, facts: Mapping[str, FileFacts], reports: Path, *, sandbox: Sandbox | None = None
) -> dict[str, FileFacts]:
    """Return the facts with what detached signatures say of their files, and signed messages of themselves.

    A signature's own file is one that `signs` another; it needs no page and no format of its own. The name alone makes
    none: what cannot be read as a signature is looked at like any other file. A message that holds no signature stays
    as it is; whatever its signature says, acceptance does not depend on it.

    Raises:
        ToolMissingError, TrustListError: as `ingest.formats.signed.judged`.
    """
    box = sandbox or shared()
    known = {sha256: _without_detached(fact) for sha256, fact in facts.items()}
    for signature, signed in _pairs(delivery):
        found = judged(signed, box, reports, kind="CAdES", beside=signature)
        before = known[signed.sha256]
        known[signed.sha256] = replace(before, signatures=(*before.signatures, *found))
        if all(one.sub_indication == BROKEN for one in found):
            continue
        known[signature.sha256] = replace(
            known[signature.sha256],
            signs=signed.sha256,
            media_type=SIGNATURE_TYPE,
            extensions=("p7s", "p7m"),
            problem=None,
        )
    for source in delivery.sources:
        if not known[source.sha256].signatures and _mentions_signature(source):
            found = judged(source, box, reports, kind="XML-DSig")
            known[source.sha256] = replace(known[source.sha256], signatures=found)
    return known


def _pairs(delivery: Delivery) -> list[tuple[DeliveredFile, DeliveredFile]]:
    """Return each signature file with the file it lies beside, once.

    What is known of a file goes by its hash: the same bytes beside two different files, or somewhere else as a file of
    a document, are no signature anywhere, or that other document would lose a file nobody looked at.
    """
    found = [pair for document in delivery.documents for pair in beside.pairs(document.files)]
    over = defaultdict[str, set[str]](set)
    for signature, signed in found:
        over[signature.sha256].add(signed.sha256)
    sent = Counter(file.sha256 for document in delivery.documents for file in document.files)
    paired = Counter(signature.sha256 for signature, _ in found)
    once = {(signature.sha256, signed.sha256): (signature, signed) for signature, signed in found}
    return [
        (signature, signed)
        for signature, signed in once.values()
        if len(over[signature.sha256]) == 1 and sent[signature.sha256] == paired[signature.sha256]
    ]


def _without_detached(facts: FileFacts) -> FileFacts:
    """Return facts carried over from an earlier delivery as if nothing had lain beside the file then."""
    kept = tuple(one for one in facts.signatures if one.kind != "CAdES")
    return facts if len(kept) == len(facts.signatures) else replace(facts, signatures=kept)


def _mentions_signature(file: DeliveredFile) -> bool:
    """Return whether the namespace of XML signatures stands in a file, so that others need not be parsed."""
    before = b""
    with file.path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            if XMLDSIG in before + chunk:
                return True
            before = chunk[-len(XMLDSIG) :]
    return False
