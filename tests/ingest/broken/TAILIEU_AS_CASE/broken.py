"""Loose documents, made into a case file."""

from __future__ import annotations

from breaking import sip
from test_sip_tailieu import BATCH, LETTERS

from ingest.finding import Finding
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return sip(road, file=BATCH, documents=LETTERS, type="Collection")
