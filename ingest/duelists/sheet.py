"""A list of due files as a spreadsheet (XLSX or CSV), read by the readers that open what strangers send.

Columns are found by their names, wherever they stand and however accents and case are written: those of the list of
case files (NĐ 30/2020/NĐ-CP Phụ lục V, form II: "Số và ký hiệu hồ sơ", "Tiêu đề hồ sơ", "Thời hạn bảo quản", "Ghi chú")
and two of our own for the days.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from archive.reason import because
from archive.vietnamese import fold
from ingest.checks.catalogue import explain
from ingest.duelists.lines import Read, lines_of
from ingest.errors import UnreadableDeliveryError
from ingest.finding import Finding
from ingest.gateway.limits import Limits
from ingest.readers.sheet_csv import read_csv
from ingest.readers.sheet_grid import HEAD, Grid, Line
from ingest.readers.sheet_xlsx import read_xlsx
from ingest.settings import IngestSettings

NAMES: Mapping[str, tuple[str, ...]] = {
    "code": ("Mã hồ sơ", "Số và ký hiệu hồ sơ", "Số, ký hiệu hồ sơ", "Số ký hiệu hồ sơ", "FileCode"),
    "title": ("Tiêu đề hồ sơ", "Tên đề mục và tiêu đề hồ sơ", "Tên hồ sơ", "Tiêu đề", "Title"),
    "period": ("Thời hạn bảo quản", "Thời hạn lưu trữ", "Maintenance"),
    "ended_on": ("Ngày kết thúc", "Ngày kết thúc công việc", "Thời gian kết thúc", "EndDate"),
    "planned_on": ("Ngày dự kiến nộp", "Ngày nộp lưu", "Hạn nộp lưu", "Hạn nộp", "Ngày đến hạn"),
    "note": ("Ghi chú", "Description"),
}
HEADINGS = tuple(names[0] for names in NAMES.values())
"""The column names of an empty list to begin with."""


def read_sheet(path: Path, name: str, scratch: Path) -> Read:
    """Return the lines of a list, and everything that is wrong with it.

    Args:
        path: the file.
        name: as it was called; its ending says which kind it is.
        scratch: an existing folder for the workbook's parts, emptied again.
    """
    limits = Limits.of(IngestSettings.load())
    try:
        if name.casefold().endswith(".csv"):
            grids = [read_csv(path, name, limits)]
        elif name.casefold().endswith(".xlsx"):
            grids = read_xlsx(path, name, limits, scratch, wanted=lambda lines: _header(lines) is not None)
        else:
            return Read((), (because("ingest.due-kind"),))
    except UnreadableDeliveryError as error:
        told = Finding(error.code, name, {"reason": error.reason})
        return Read((), (because("ingest.due-unreadable", vi=_text(told, "vi"), en=_text(told, "en")),))
    for grid in grids:
        found = _header(grid.lines)
        if found is not None:
            return _rows(grid, *found)
    return Read((), (because("ingest.due-no-header"),))


def _text(finding: Finding, lang: str) -> str:
    return explain(finding, "en" if lang == "en" else "vi").text


def _header(lines: Sequence[Line]) -> tuple[int, dict[int, str]] | None:
    """Return where the header stands and which column is which field."""
    for position, line in enumerate(lines[:HEAD]):
        columns: dict[int, str] = {}
        for number, cell in enumerate(line.cells):
            field = _KNOWN.get(_key(cell))
            if field is not None and field not in columns.values():
                columns[number] = field
        if {"code", "title"} <= set(columns.values()):
            return position, columns
    return None


def _rows(grid: Grid, position: int, columns: Mapping[int, str]) -> Read:
    rows = []
    for line in grid.lines[position + 1 :]:
        said = {field: line.cells[number] for number, field in columns.items() if number < len(line.cells)}
        filled = [value for value in said.values() if value]
        if filled and not all(
            value.strip("()").isdigit() for value in filled
        ):  # not "(1) (2) (3)" below a header
            rows.append((line.number, said))
    read = lines_of(rows)
    computed = tuple(
        because("ingest.due-formula", cell=str(finding.params.get("cell", "")))
        for finding in grid.findings
        if finding.code == "SHEET_FORMULA"
    )
    return Read(read.lines, (*computed, *read.problems))


def _key(name: str) -> str:
    return " ".join("".join(sign if sign.isalnum() else " " for sign in fold(name)).split())


_KNOWN = {_key(name): field for field, names in NAMES.items() for name in names}
