"""One waiting document and the description that means it, for `broken/GATHER_*/broken.py`."""

from __future__ import annotations

from datetime import date

from ingest.gathering.match import Waiting, Wanted

DAY = date(2024, 5, 3)
LETTER = Waiting("s1", "id-1", "12", "BC-SNV", DAY, "Sở Nội vụ")
WANTED = Wanted(1, "", "12", "BC-SNV", DAY, "Sở Nội vụ")
