"""A row whose file might be either of two."""

from __future__ import annotations

from breaking.sheets import sheet
from test_sheet_reader import FILES, with_cell

from ingest.finding import Finding
from tests.samples.road import Road

ALSO = ("SHEET_DERIVED", "SIP_FILE_NO_DOC")


def _unclear() -> dict[str, bytes]:
    """The second row names a file that lies in two folders."""
    second = list(FILES)[1]
    files = with_cell(1, "Đường dẫn file", "x/hai.pdf")
    data = files.pop(second)
    return files | {"a/hai.pdf": data, "b/hai.pdf": data + b" "}


def found(road: Road) -> list[Finding]:
    return sheet(road, _unclear())
