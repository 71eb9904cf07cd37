"""A status that says nothing."""

from __future__ import annotations

from breaking import sip

from ingest.finding import Finding
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return sip(road, record_status="OTHER")
