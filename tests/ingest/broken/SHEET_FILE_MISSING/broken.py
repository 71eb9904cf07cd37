"""A row whose file is not there."""

from __future__ import annotations

from breaking import opened, room
from test_sheet_reader import with_cell

from ingest.finding import Finding
from ingest.gateway.limits import Limits
from ingest.readers.interface import Context
from tests.samples.road import Road
from tests.samples.sheet import write_plain

ALSO = ("SHEET_DERIVED", "SIP_FILE_NO_DOC")


def _sheet(road: Road, files: dict[str, bytes], limits: Limits | None = None) -> list[Finding]:
    folder = room(road)
    write_plain(files, folder / "goi.zip")
    return opened(road, folder / "goi.zip", Context(limits or Limits(), agency_code="000.00.05.H30"))


def found(road: Road) -> list[Finding]:
    return _sheet(road, with_cell(0, "Đường dẫn file", "khac.pdf"))
