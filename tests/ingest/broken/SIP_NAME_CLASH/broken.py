"""Two names that differ in letter case."""

from __future__ import annotations

from breaking import archive, entries

from ingest.finding import Finding
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return archive(road, entries(("a.txt", b"1"), ("A.TXT", b"2")))
