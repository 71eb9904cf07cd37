"""A METS that is cut off."""

from __future__ import annotations

from breaking import edit, sip

from ingest.finding import Finding
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return sip(road, edit("METS.xml", b"</mets>", b""))
