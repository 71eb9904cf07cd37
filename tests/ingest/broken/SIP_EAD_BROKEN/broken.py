"""An EAD that is no XML."""

from __future__ import annotations

from breaking import put, sip

from ingest.finding import Finding
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return sip(road, put("metadata/descriptive/EAD.xml", b"PK"))
