"""A workbook with a macro."""

from __future__ import annotations

import io
import zipfile

from breaking.sheets import sheet
from test_sheet_reader import FILES, rows

from ingest.finding import Finding
from tests.samples.road import Road
from tests.samples.sheet import xlsx

ALSO = ("SHEET_DERIVED",)


def _with_macro() -> bytes:
    target = io.BytesIO(xlsx(rows()))
    with zipfile.ZipFile(target, "a") as book:
        book.writestr("xl/vbaProject.bin", b"macro")
    return target.getvalue()


def found(road: Road) -> list[Finding]:
    return sheet(road, {"bang-ke.xlsx": _with_macro(), **FILES})
