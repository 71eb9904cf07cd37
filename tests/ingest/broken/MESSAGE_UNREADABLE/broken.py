"""A message that should be base64 and is not."""

from __future__ import annotations

from breaking import room, turned_away

from ingest.finding import Finding
from ingest.gateway.answers import write_base64
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return turned_away(lambda: write_base64("%%%", room(road) / "m", 1000))
