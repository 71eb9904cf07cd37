"""Rows of two case files."""

from __future__ import annotations

from breaking.sheets import sheet
from test_sheet_reader import changed

from ingest.finding import Finding
from tests.samples.road import Road

ALSO = ("SHEET_DERIVED",)


def found(road: Road) -> list[Finding]:
    return sheet(road, changed(lambda content: content[1].__setitem__(4, "02.TCCB")))
