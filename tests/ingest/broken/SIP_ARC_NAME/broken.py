"""A code under the AIP's name."""

from __future__ import annotations

from breaking import sip
from breaking.described import FILE, letter

from ingest.finding import Finding
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return sip(road, file=FILE, documents=(letter(1, name="arcDocCode"), letter(2, name="arcDocCode")))
