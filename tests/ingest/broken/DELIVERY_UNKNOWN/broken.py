"""A ZIP of nothing that describes itself."""

from __future__ import annotations

from breaking import archive, entries

from ingest.finding import Finding
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return archive(road, entries(("anh.jpg", b"x"), ("phim.avi", b"y")))
