"""Loose documents that do not say whence they come."""

from __future__ import annotations

from breaking import sip
from test_sip_tailieu import BATCH, LETTERS

from ingest.finding import Finding
from tests.samples.road import Road

ALSO = ("TAILIEU_AS_CASE",)


def found(road: Road) -> list[Finding]:
    return sip(
        road, file={n: v for n, v in BATCH.items() if n != "source"}, documents=LETTERS, type="Collection"
    )
