"""Which column of a spreadsheet is which field.

The base is the sheet of 46 columns that one provincial historical archive used in 2025 (no circular prescribes it), a
row for each document with the case file's columns repeated. Columns are found by their names, Vietnamese or short,
wherever they stand and however accents, case and punctuation are written. Names that are said of both, case file and
document ("Ngôn ngữ", "Ghi chú" ...), belong to the case file before the first column that is the document's alone, to
the document after it (our reading, DERIVED).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from archive.vietnamese import fold
from ingest.checks.fields import DOCUMENT_FIELDS, EXCHANGE_FIELDS, FILE_FIELDS

CASE, DOCUMENT, ROW = "case file", "document", "row"
FILE = "(file)"
"""The column that names a document's files."""

ONLY_IN_SHEETS = {"FondName": "Tên phông", "BoxNumber": "Hộp số"}
"""Fields of the sheet that no circular's table has -> their names, as that sheet writes them."""

_CASE_NAMES: dict[str, tuple[str, ...]] = {
    "FondName": ("Phông", "Tên phông"),
    "OrganId": ("Mã phông",),
    "FileCatalog": ("Mục lục", "Mục lục số", "Năm hình thành hồ sơ"),
    "BoxNumber": ("Hộp số", "Hộp"),
    "FileNotation": ("Số, ký hiệu hồ sơ",),
    "Rights": ("Chế độ sử dụng",),
    "Maintenance": ("Thời hạn lưu trữ",),
    "TotalDoc": ("Tổng số văn bản", "Tổng số tài liệu"),
    "SheetNumber": ("Số tờ",),
    "PageNumber": ("Số lượng trang", "Tổng số trang"),
    "Description": ("Ghi chú",),
    "StartDate": ("Thời gian bắt đầu",),
    "EndDate": ("Thời gian kết thúc",),
    "StartDate#day": ("Ngày bắt đầu",),
    "StartDate#month": ("Tháng bắt đầu",),
    "StartDate#year": ("Năm bắt đầu",),
    "EndDate#day": ("Ngày kết thúc",),
    "EndDate#month": ("Tháng kết thúc",),
    "EndDate#year": ("Năm kết thúc",),
}
_DOCUMENT_NAMES: dict[str, tuple[str, ...]] = {
    "DocOrdinal": ("Số thứ tự văn bản", "Số thứ tự tài liệu"),
    "TypeName": ("Tên loại", "Tên loại tài liệu"),
    "CodeNumber": ("Số", "Số văn bản"),
    "CodeNotation": ("Ký hiệu", "Ký hiệu văn bản"),
    "IssuedDate": ("Ngày tháng năm văn bản", "Ngày ban hành"),
    "IssuedDate#day": ("Ngày văn bản",),
    "IssuedDate#month": ("Tháng văn bản",),
    "IssuedDate#year": ("Năm văn bản",),
    "OrganName": ("Cơ quan ban hành", "Tên cơ quan ban hành"),
    "Subject": ("Trích yếu",),
    "PageAmount": ("Số lượng trang", "Số trang"),
    "Mode": ("Chế độ sử dụng",),
    "SheetPlace": ("Tờ số",),
    "DocKind": ("Loại tài liệu",),
    "DocCode": ("Mã định danh tài liệu",),
    FILE: ("Đường dẫn file", "Đường dẫn tệp", "Tên file", "Tên tệp", "Tên tệp tin"),
}
_ROW_NAMES = ("STT", "Số thứ tự")
# The document's table repeats the case file's code and its parts; in a sheet they are the case file's.
_THE_CASE_FILES = frozenset({"FileCode", "Identifier", "OrganId", "FileCatalog", "FileNotation"})
_TAILS = {
    CASE: (" hồ sơ", " của hồ sơ"),
    DOCUMENT: (" văn bản", " của văn bản", " tài liệu", " của tài liệu"),
}


@dataclass(frozen=True)
class Column:
    """What a column holds: a field of the case file or of the document, or the row's own number."""

    level: str
    field: str


@dataclass(frozen=True)
class Header:
    """A header line, understood.

    Attributes:
        columns: one for each cell; None where the name is not known or the cell is empty.
        unknown: positions of names that are not known.
        twice: positions of columns that an earlier one already is.
    """

    columns: tuple[Column | None, ...]
    unknown: tuple[int, ...]
    twice: tuple[int, ...]

    def has(self, level: str, *fields: str) -> bool:
        """Return whether one of these fields has a column."""
        return any(one and one.level == level and one.field in fields for one in self.columns)


def understood(cells: Sequence[str]) -> Header:
    """Return what the cells of a header line mean."""
    meanings = [_known().get(key(cell), ()) if cell else () for cell in cells]
    only_document = [
        n for n, levels in enumerate(meanings) if levels and all(one.level == DOCUMENT for one in levels)
    ]
    border = only_document[0] if only_document else len(cells)
    columns: list[Column | None] = []
    taken: set[Column] = set()
    twice = []
    for position, levels in enumerate(meanings):
        wanted = CASE if position < border else DOCUMENT
        column = next((one for one in levels if one.level == wanted), levels[0] if levels else None)
        if column in taken and column is not None and column.field != "Description":
            twice.append(position)
            column = None
        if column is not None:
            taken.add(column)
        columns.append(column)
    unknown = tuple(n for n, cell in enumerate(cells) if cell and not meanings[n])
    return Header(tuple(columns), unknown, tuple(twice))


def key(name: str) -> str:
    """Return a header's name without accents, case, punctuation and notes in brackets."""
    return " ".join(re.sub(r"[^0-9a-z#]+", " ", re.sub(r"\([^)]*\)", " ", fold(name))).split())


@cache
def _known() -> dict[str, tuple[Column, ...]]:
    """Return key -> what it may mean, the case file's meaning first."""
    known: dict[str, list[Column]] = {}

    def say(level: str, field: str, names: Sequence[str]) -> None:
        for name in names:
            for tail in ("", *_TAILS.get(level, ())):
                meanings = known.setdefault(key(name + tail), [])
                if all(one.level != level for one in meanings):
                    meanings.append(Column(level, field))

    for field, names in _CASE_NAMES.items():
        say(CASE, field, names)
    for one in FILE_FIELDS:
        say(CASE, one.short, tuple(filter(None, (one.name_vi, one.short, one.name_05))))
    for field, names in _DOCUMENT_NAMES.items():
        say(DOCUMENT, field, names)
    for one in DOCUMENT_FIELDS:
        if one.short not in _THE_CASE_FILES:
            say(DOCUMENT, one.short, tuple(filter(None, (one.name_vi, one.short, one.name_05))))
    for short, name in EXCHANGE_FIELDS.items():
        say(DOCUMENT, short, (name, short))
    for name in _ROW_NAMES:
        known[key(name)] = [Column(ROW, "")]
    return {name: tuple(meanings) for name, meanings in known.items()}
