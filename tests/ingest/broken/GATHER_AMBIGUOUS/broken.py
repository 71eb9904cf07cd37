"""Two messages that fit one document."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from ingest.finding import Finding
from ingest.gathering.match import Waiting, Wanted, match
from tests.samples.road import Road

DAY = date(2024, 5, 3)
LETTER = Waiting("s1", "id-1", "12", "BC-SNV", DAY, "Sở Nội vụ")
WANTED = Wanted(1, "", "12", "BC-SNV", DAY, "Sở Nội vụ")


def found(road: Road) -> list[Finding]:
    return list(match([WANTED], [LETTER, replace(LETTER, submission_id="s2", document_id="id-2")]).findings)
