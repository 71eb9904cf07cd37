"""A cell that would act."""

from __future__ import annotations

from breaking.sheets import sheet
from test_sheet_reader import with_cell

from ingest.finding import Finding
from tests.samples.road import Road

ALSO = ("SHEET_DERIVED",)


def found(road: Road) -> list[Finding]:
    return sheet(road, with_cell(1, "Ghi chú", '=HYPERLINK("http://x","y")'))
