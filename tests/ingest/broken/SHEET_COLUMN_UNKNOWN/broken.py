"""A column nobody knows."""

from __future__ import annotations

from breaking.sheets import sheet
from test_sheet_reader import FILES, HEADER, rows

from ingest.finding import Finding
from tests.samples.road import Road
from tests.samples.sheet import comma

ALSO = ("SHEET_DERIVED",)


def found(road: Road) -> list[Finding]:
    return sheet(
        road, {"x.csv": comma([[*one, "?"] for one in rows()], header=[*HEADER, "Người quét"]), **FILES}
    )
