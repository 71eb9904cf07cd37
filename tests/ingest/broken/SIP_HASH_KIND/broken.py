"""A file with an MD5 in the METS."""

from __future__ import annotations

import hashlib

from breaking import edit, sip

from ingest.finding import Finding
from tests.samples.road import Road


def _true_hash(content: dict[str, bytes]) -> None:
    """Make the root METS tell the hash of the changed METS of the representation."""
    head, mark, rest = content["METS.xml"].partition(b'<file ID="METS-REP1"')
    before, said, after = rest.partition(b'CHECKSUM="')
    digest = hashlib.sha256(content[REP_METS]).hexdigest().upper().encode()
    content["METS.xml"] = head + mark + before + said + digest + after[64:]


REP_METS = "representations/rep1/METS.xml"


def found(road: Road) -> list[Finding]:
    return sip(road, edit(REP_METS, b"SHA-256", b"MD5"), _true_hash)
