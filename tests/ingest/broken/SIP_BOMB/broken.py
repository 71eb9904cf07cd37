"""Thirty megabytes of nothing."""

from __future__ import annotations

from breaking import archive, entries

from ingest.finding import Finding
from ingest.gateway.limits import Limits
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return archive(road, entries(("a", bytes(30 << 20))), Limits(ratio=100))
