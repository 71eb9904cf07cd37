"""A mend package with a file it does not name."""

from __future__ import annotations

from breaking.mends import mended

from ingest.finding import Finding
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return mended(road, '{"fields": {"Title": "x"}}', a=b"1")
