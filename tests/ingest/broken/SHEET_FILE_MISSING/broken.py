"""A row whose file is not there."""

from __future__ import annotations

from breaking.sheets import sheet
from test_sheet_reader import with_cell

from ingest.finding import Finding
from tests.samples.road import Road

ALSO = ("SHEET_DERIVED", "SIP_FILE_NO_DOC")


def found(road: Road) -> list[Finding]:
    return sheet(road, with_cell(0, "Đường dẫn file", "khac.pdf"))
