"""A workbook that is none."""

from __future__ import annotations

from breaking.sheets import sheet
from test_sheet_reader import FILES

from ingest.finding import Finding
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return sheet(road, {"x.xlsx": b"PK nothing", **FILES})
