"""A described document whose message never came."""

from __future__ import annotations

from datetime import date

from ingest.finding import Finding
from ingest.gathering.match import Waiting, Wanted, match
from tests.samples.road import Road

DAY = date(2024, 5, 3)
LETTER = Waiting("s1", "id-1", "12", "BC-SNV", DAY, "Sở Nội vụ")
WANTED = Wanted(1, "", "12", "BC-SNV", DAY, "Sở Nội vụ")


def found(road: Road) -> list[Finding]:
    return list(match([WANTED], []).findings)
