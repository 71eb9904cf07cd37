"""Write a ZIP of files with a list of them: the 46 columns of a provincial historical archive, a row a document."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from openpyxl import Workbook

CASE_COLUMNS = (
    ("STT", ""),
    ("Phông", "FondName"),
    ("Mục lục", "FileCatalog"),
    ("Hộp số", "BoxNumber"),
    ("Số và ký hiệu hồ sơ", "FileNotation"),
    ("Tiêu đề hồ sơ", "Title"),
    ("Thời hạn bảo quản", "Maintenance"),
    ("Chế độ sử dụng", "Rights"),
    ("Ngôn ngữ", "Language"),
    ("Ngày bắt đầu", "StartDate"),
    ("Tháng bắt đầu", "StartDate"),
    ("Năm bắt đầu", "StartDate"),
    ("Ngày kết thúc", "EndDate"),
    ("Tháng kết thúc", "EndDate"),
    ("Năm kết thúc", "EndDate"),
    ("Tổng số văn bản", "TotalDoc"),
    ("Chú giải", "Description"),
    ("Ký hiệu thông tin", "InforSign"),
    ("Từ khóa", "Keyword"),
    ("Số lượng tờ", "SheetNumber"),
    ("Tình trạng vật lý", "Format"),
    ("Mức độ tin cậy", "ConfidenceLevel"),
    ("Mã hồ sơ giấy gốc", "PaperFileCode"),
    ("Ghi chú", ""),
)
DOCUMENT_COLUMNS = (
    ("Số thứ tự văn bản", "DocOrdinal"),
    ("Tên loại", "TypeName"),
    ("Số", "CodeNumber"),
    ("Ký hiệu", "CodeNotation"),
    ("Ngày văn bản", "IssuedDate"),
    ("Tháng văn bản", "IssuedDate"),
    ("Năm văn bản", "IssuedDate"),
    ("Cơ quan ban hành", "OrganName"),
    ("Trích yếu", "Subject"),
    ("Ngôn ngữ", "Language"),
    ("Số lượng trang", "PageAmount"),
    ("Ghi chú", "Description"),
    ("Ký hiệu thông tin", "InforSign"),
    ("Từ khóa", "Keyword"),
    ("Chế độ sử dụng", "Mode"),
    ("Mức độ tin cậy", "ConfidenceLevel"),
    ("Bút tích", "Autograph"),
    ("Tình trạng vật lý", "Format"),
    ("Quy trình xử lý", "Process"),
    ("Tờ số", "SheetPlace"),
    ("Loại tài liệu", "DocKind"),
    ("Đường dẫn file", ""),
)
HEADER = tuple(name for name, _ in (*CASE_COLUMNS, *DOCUMENT_COLUMNS))
_PART = {"Ngày": 0, "Tháng": 1, "Năm": 2}
Row = Sequence[str]


def row(number: int, case: Mapping[str, str], document: Mapping[str, str], files: Sequence[str]) -> list[str]:
    """Return one row of the sheet; dates in three cells, files in the last one."""
    cells = [_cell(name, field, case) for name, field in CASE_COLUMNS]
    cells += [_cell(name, field, document) for name, field in DOCUMENT_COLUMNS]
    cells[0], cells[-1] = str(number), "; ".join(files)
    return cells


def _cell(name: str, field: str, fields: Mapping[str, str]) -> str:
    value = fields.get(field, "")
    part = _PART.get(name.partition(" ")[0])
    return value.split("/")[part] if part is not None and value.count("/") == 2 else value


def xlsx(rows: Sequence[Row], *, header: Row = HEADER, above: Sequence[str] = ()) -> bytes:
    """Return a workbook with these rows below its header; lines of a letterhead may stand above."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in above:
        sheet.append([line])
    sheet.append(list(header))
    for one in rows:
        sheet.append(list(one))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def comma(
    rows: Sequence[Row], *, header: Row = HEADER, delimiter: str = ",", encoding: str = "utf-8-sig"
) -> bytes:
    """Return a CSV with these rows."""
    target = io.StringIO()
    writer = csv.writer(target, delimiter=delimiter)
    writer.writerow(header)
    writer.writerows(rows)
    return target.getvalue().encode(encoding)


def write_plain(files: Mapping[str, bytes | Path], target: Path, *, top: str = "") -> None:
    """Write a list and the files it is of as a ZIP."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as sink:
        for name, data in files.items():
            whole = f"{top}/{name}" if top else name
            sink.writestr(whole, data.read_bytes() if isinstance(data, Path) else data)
