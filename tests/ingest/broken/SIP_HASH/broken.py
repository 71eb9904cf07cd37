"""A file changed after it was packed."""

from __future__ import annotations

from breaking import put, sip

from ingest.finding import Finding
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return sip(road, put("representations/rep1/data/doc1.txt", b"khac"))
