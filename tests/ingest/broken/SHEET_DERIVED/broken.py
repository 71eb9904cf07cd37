"""A list that does not say the file code."""

from __future__ import annotations

from breaking import opened, room
from test_sheet_reader import good

from ingest.finding import Finding
from ingest.gateway.limits import Limits
from ingest.readers.interface import Context
from tests.samples.road import Road
from tests.samples.sheet import write_plain


def _sheet(road: Road, files: dict[str, bytes], limits: Limits | None = None) -> list[Finding]:
    folder = room(road)
    write_plain(files, folder / "goi.zip")
    return opened(road, folder / "goi.zip", Context(limits or Limits(), agency_code="000.00.05.H30"))


def found(road: Road) -> list[Finding]:
    return _sheet(road, good())
