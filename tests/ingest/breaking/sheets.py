"""A ZIP with a spreadsheet, for `broken/SHEET_*/broken.py`."""

from __future__ import annotations

from breaking import opened, room
from ingest.finding import Finding
from ingest.gateway.limits import Limits
from ingest.readers.interface import Context
from tests.samples.road import Road
from tests.samples.sheet import write_plain


def sheet(road: Road, files: dict[str, bytes], limits: Limits | None = None) -> list[Finding]:
    """Return what is found in a ZIP of these files."""
    folder = room(road)
    write_plain(files, folder / "goi.zip")
    return opened(road, folder / "goi.zip", Context(limits or Limits(), agency_code="000.00.05.H30"))
