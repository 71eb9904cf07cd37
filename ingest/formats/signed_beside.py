"""Signatures that are not inside a document: in a file beside it, and in the message it came with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from ingest.delivery import DeliveredFile, Delivery, FileFacts
from ingest.formats.sandbox import Sandbox, shared
from ingest.formats.signed import judged
from ingest.signatures import beside

XMLDSIG = b"http://www.w3.org/2000/09/xmldsig#"
CHUNK = 2**20
SIGNATURE_TYPE = "application/pkcs7-signature"


def with_signatures_beside(
    delivery: Delivery, facts: Mapping[str, FileFacts], reports: Path, *, sandbox: Sandbox | None = None
) -> dict[str, FileFacts]:
    """Return the facts with what detached signatures say of their files, and signed messages of themselves.

    A signature's own file is one that `signs` another; it needs no page and no format of its own. A message that holds
    no signature stays as it is; whatever its signature says, acceptance does not depend on it.

    Raises:
        ToolMissingError, TrustListError: as `ingest.formats.signed.judged`.
    """
    box = sandbox or shared()
    known = {sha256: _without_detached(fact) for sha256, fact in facts.items()}
    for document in delivery.documents:
        for signature, signed in beside.pairs(document.files):
            found = judged(signed, box, reports, kind="CAdES", beside=signature)
            before = known[signed.sha256]
            known[signed.sha256] = replace(before, signatures=(*before.signatures, *found))
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
