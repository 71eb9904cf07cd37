"""Schemas in lower case."""

from __future__ import annotations

from breaking import sip

from ingest.finding import Finding
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return sip(road, schemas={"METS.xsd": b"<xs/>", "ead.xsd": b"<xs/>"})
