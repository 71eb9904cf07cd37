"""No column of files."""

from __future__ import annotations

from breaking.sheets import sheet
from test_sheet_reader import FILES, HEADER, rows

from ingest.finding import Finding
from tests.samples.road import Road
from tests.samples.sheet import comma

ALSO = ("SHEET_DERIVED", "SIP_DOC_NO_FILE", "SIP_FILE_NO_DOC")


def found(road: Road) -> list[Finding]:
    return sheet(road, {"x.csv": comma([one[:-1] for one in rows()], header=HEADER[:-1]), **FILES})
