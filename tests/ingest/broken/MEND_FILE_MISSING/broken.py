"""A mend package that names a file it does not bring."""

from __future__ import annotations

from breaking.mends import mended

from ingest.finding import Finding
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return mended(road, '{"documents": [{"ordinal": 1, "files": ["a.pdf"]}]}')
