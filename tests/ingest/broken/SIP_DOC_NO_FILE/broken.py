"""A description without a file."""

from __future__ import annotations

import hashlib

from breaking import sip

from ingest.finding import Finding
from tests.samples.road import Road


def _described(content: dict[str, bytes]) -> None:
    """A third description that the METS lists and that has no file."""
    name = "metadata/descriptive/EAD_doc_0000003.xml"
    data = b"<simpledc><DocOrdinal>3</DocOrdinal><Subject>x</Subject></simpledc>"
    content[f"representations/rep1/{name}"] = data
    digest = hashlib.sha256(data).hexdigest().upper()
    row = (
        f'<dmdSec ID="DMD-DOC-3"><mdRef LOCTYPE="URL" xlink:type="simple" xlink:href="{name}" MDTYPE="OTHER" '
        f'CHECKSUM="{digest}" CHECKSUMTYPE="SHA-256"/></dmdSec>'
    )
    rep = "representations/rep1/METS.xml"
    content[rep] = content[rep].replace(b"<fileSec", row.encode() + b"<fileSec", 1)
    head, mark, rest = content["METS.xml"].partition(b'<file ID="METS-REP1"')
    before, said, after = rest.partition(b'CHECKSUM="')
    true = hashlib.sha256(content[rep]).hexdigest().upper().encode()
    content["METS.xml"] = head + mark + before + said + true + after[64:]


def found(road: Road) -> list[Finding]:
    return sip(road, _described)
