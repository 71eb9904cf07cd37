"""A message of one byte more than is taken."""

from __future__ import annotations

from io import BytesIO

from breaking import turned_away

from ingest import quarantine
from ingest.finding import Finding
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return turned_away(lambda: quarantine.keep("s", BytesIO(b"xx"), limit=1, name="a"))
