"""A mend package that mends nothing."""

from __future__ import annotations

from breaking.mends import mended

from ingest.finding import Finding
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return mended(road, "{}")
