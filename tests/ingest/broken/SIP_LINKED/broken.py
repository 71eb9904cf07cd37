"""A link to a document handed in before."""

from __future__ import annotations

from breaking import put, sip, without

from ingest.finding import Finding
from tests.samples.road import Road

ALSO = ("SIP_HOLEY", "SIP_DOC_NO_FILE")

DOC = "representations/rep1/data/doc2.txt"


def found(road: Road) -> list[Finding]:
    return sip(road, without(DOC), put(f"{DOC}.fetch.txt", b"000.00.05.H37.2020.0203"))
