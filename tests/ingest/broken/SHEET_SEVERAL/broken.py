"""Two lists."""

from __future__ import annotations

from breaking.sheets import sheet
from test_sheet_reader import good, rows

from ingest.finding import Finding
from tests.samples.road import Road
from tests.samples.sheet import comma


def found(road: Road) -> list[Finding]:
    return sheet(road, {**good(), "lai.csv": comma(rows())})
