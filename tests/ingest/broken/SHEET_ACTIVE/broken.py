"""A workbook with a macro."""

from __future__ import annotations

import io
import zipfile

from breaking import opened, room
from test_sheet_reader import FILES, rows

from ingest.finding import Finding
from ingest.gateway.limits import Limits
from ingest.readers.interface import Context
from tests.samples.road import Road
from tests.samples.sheet import write_plain, xlsx

ALSO = ("SHEET_DERIVED",)


def _sheet(road: Road, files: dict[str, bytes], limits: Limits | None = None) -> list[Finding]:
    folder = room(road)
    write_plain(files, folder / "goi.zip")
    return opened(road, folder / "goi.zip", Context(limits or Limits(), agency_code="000.00.05.H30"))


def _with_macro() -> bytes:
    target = io.BytesIO(xlsx(rows()))
    with zipfile.ZipFile(target, "a") as book:
        book.writestr("xl/vbaProject.bin", b"macro")
    return target.getvalue()


def found(road: Road) -> list[Finding]:
    return _sheet(road, {"bang-ke.xlsx": _with_macro(), **FILES})
