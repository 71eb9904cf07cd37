"""A file in other letter case than listed."""

from __future__ import annotations

from breaking import put, sip, without

from ingest.finding import Finding
from tests.samples.road import Road

DATA = "representations/rep1/data"


def found(road: Road) -> list[Finding]:
    return sip(road, put(f"{DATA}/Doc1.txt", "văn bản 1".encode()), without(f"{DATA}/doc1.txt"))
