"""A table without a header."""

from __future__ import annotations

from breaking.sheets import sheet
from test_sheet_reader import FILES, rows

from ingest.finding import Finding
from tests.samples.road import Road
from tests.samples.sheet import comma


def found(road: Road) -> list[Finding]:
    return sheet(road, {"x.csv": comma(rows(), header=["a"] * 46), **FILES})
