"""A hundred and one notes nobody lists."""

from __future__ import annotations

from breaking import put, sip

from ingest.finding import Finding
from ingest.readers.read import MOST_OF_A_KIND
from tests.samples.road import Road

ALSO = ("SIP_FILE_NOT_LISTED",)


def found(road: Road) -> list[Finding]:
    return sip(road, *(put(f"documentation/{n}.txt") for n in range(MOST_OF_A_KIND + 1)))
