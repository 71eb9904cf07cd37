"""A list that does not say the file code."""

from __future__ import annotations

from breaking.sheets import sheet
from test_sheet_reader import good

from ingest.finding import Finding
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return sheet(road, good())
