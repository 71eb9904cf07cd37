"""Document codes with the year of another."""

from __future__ import annotations

from breaking import sip
from breaking.described import FILE, letter

from ingest.finding import Finding
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return sip(road, file=FILE, documents=tuple(letter(n, "H49.64.33.1994.160") for n in (1, 2)))
