"""One file for two rows."""

from __future__ import annotations

from breaking.sheets import sheet
from test_sheet_reader import FILES, with_cell

from ingest.finding import Finding
from tests.samples.road import Road

ALSO = ("SHEET_DERIVED", "SIP_FILE_NO_DOC")


def found(road: Road) -> list[Finding]:
    return sheet(road, with_cell(1, "Đường dẫn file", next(iter(FILES))))
