"""A name that climbs out."""

from __future__ import annotations

from breaking import archive, entries

from ingest.finding import Finding
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return archive(road, entries(("../evil.txt", b"x")))
