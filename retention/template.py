"""An empty schedule to fill in, as XLSX or CSV."""

from __future__ import annotations

import csv
import io
from typing import Literal

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

from retention.own_lines import HEADINGS

EXAMPLES = (
    ("", "Tài liệu về tổ chức, cán bộ", "", "", "", ""),
    ("1", "", "Hồ sơ nâng lương của cán bộ, công chức, viên chức", "20 năm", "TT 09/2011: 70", "ví dụ, xóa khi nộp"),
    ("2", "", "Nội quy, quy chế làm việc", "Đến khi văn bản hết hiệu lực thi hành", "", "ví dụ, xóa khi nộp"),
)  # fmt: skip
WIDTHS = (11, 34, 70, 26, 26, 36)


def template(form: Literal["xlsx", "csv"]) -> bytes:
    """Return the template: the headings, one heading of a group and two example rows."""
    rows = [tuple(HEADINGS.values()), *EXAMPLES]
    if form == "csv":
        made = io.StringIO()
        csv.writer(made, delimiter=";").writerows(rows)
        return ("\ufeff" + made.getvalue()).encode()
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Bảng thời hạn lưu trữ"
    for row in rows:
        sheet.append(row)
    for letter, width in zip("ABCDEF", WIDTHS, strict=True):
        cell = sheet[f"{letter}1"]
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()
