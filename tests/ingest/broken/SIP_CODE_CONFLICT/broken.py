"""A code said twice, each time another."""

from __future__ import annotations

from breaking import sip
from breaking.described import FILE, letter

from ingest.finding import Finding
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return sip(road, file={"arcFileCode": "H49.64.33.2001.161", **FILE}, documents=(letter(1), letter(2)))
