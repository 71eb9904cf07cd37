"""A file nobody describes."""

from __future__ import annotations

from breaking import put, sip

from ingest.finding import Finding
from tests.samples.road import Road

ALSO = ("SIP_FILE_NOT_LISTED",)


def found(road: Road) -> list[Finding]:
    return sip(road, put("representations/rep1/data/more.txt"))
