"""No ZIP at all."""

from __future__ import annotations

from breaking import archive

from ingest.finding import Finding
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return archive(road, b"%PDF-1.4 not a zip" * 50)
