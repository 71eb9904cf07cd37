"""A list of holes that fills none."""

from __future__ import annotations

from breaking import put, sip, without

from ingest.finding import Finding
from tests.samples.road import Road

ALSO = ("SIP_DOC_NO_FILE", "HOLE_ADDRESS")


def found(road: Road) -> list[Finding]:
    return sip(
        road,
        without("representations/rep1/data/doc2.txt"),
        put("representations/rep1/.fetch.txt", b"http://example.invalid/doc2.txt"),
    )
