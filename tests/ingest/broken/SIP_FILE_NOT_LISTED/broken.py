"""A note nobody lists."""

from __future__ import annotations

from breaking import put, sip

from ingest.finding import Finding
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return sip(road, put("documentation/note.txt"))
