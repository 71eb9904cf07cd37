"""The field tables: what a description of a case file and of a document may say.

Source: TT 02/2019/TT-BNV Phụ lục I (file and document tables) as implementing software shows them, since the annex
itself was not at hand; TT 05/2025/TT-BNV EAD.xml and EAD_doc lengths beside. Grades: A official text, B two or more
independent sources, C one source. **Whether the circular marks fields as required is unverified: `need` is our
policy.**
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a value must be."""

    STRING = "string"
    NUMBER = "number"
    DATE = "date"  # DD/MM/YYYY


class Need(StrEnum):
    """Our policy on empty values."""

    REQUIRED = "required"  # a package cannot be described without it: error
    ADVISED = "advised"  # software in use asks for it: warning
    FREE = "free"


@dataclass(frozen=True)
class Field:
    """One row of a field table.

    Attributes:
        number: row number in the circular; "" for a field only TT 05/2025 has.
        short: short name, case-sensitive, as `Delivery.fields` uses it.
        length: most characters (digits for a number) under TT 02/2019; 0 for dates and for fields it lacks.
        length_05: the same under TT 05/2025; 0 when it lacks the field.
        length_grade: how well `length` is known.
        codes: code list in `archive.codes` the value should be on; "" for free text.
        several: values may be separated by ";" (Điều 5.2).
    """

    number: str
    name_vi: str
    short: str
    kind: Kind
    length: int
    length_05: int
    length_grade: str
    source_grade: str
    need: Need = Need.FREE
    codes: str = ""
    several: bool = False

    def longest(self, standard: str) -> int:
        """Return the most characters under "TT02" or "TT05"; 0 means that no length is known."""
        return (self.length_05 or self.length) if standard == "TT05" else (self.length or self.length_05)


_S, _N, _D = Kind.STRING, Kind.NUMBER, Kind.DATE
_MUST, _SHOULD, _MAY = Need.REQUIRED, Need.ADVISED, Need.FREE

FILE_FIELDS: tuple[Field, ...] = (
    Field("1", "Mã hồ sơ", "FileCode", _S, 30, 100, "B", "B", _MUST),
    Field("1.1", "Mã cơ quan lưu trữ", "Identifier", _S, 13, 0, "B", "B"),
    Field("1.2", "Mã phông/công trình/sưu tập lưu trữ", "OrganId", _S, 13, 0, "B", "B"),
    Field("1.3", "Mục lục số hoặc năm hình thành hồ sơ", "FileCatalog", _N, 4, 0, "B", "B"),
    Field("1.4", "Số và ký hiệu hồ sơ", "FileNotation", _S, 20, 0, "B", "B"),
    Field("2", "Tiêu đề hồ sơ", "Title", _S, 1000, 1000, "B", "B", _MUST),
    Field("3", "Thời hạn bảo quản", "Maintenance", _S, 100, 100, "C", "B", _MUST, "maintenance"),
    Field("4", "Chế độ sử dụng", "Rights", _S, 30, 30, "B", "B", _SHOULD, "use-mode"),
    Field("5", "Ngôn ngữ", "Language", _S, 100, 100, "C", "B", _MAY, "language", True),
    Field("6", "Thời gian bắt đầu", "StartDate", _D, 0, 0, "B", "B", _MUST),
    Field("7", "Thời gian kết thúc", "EndDate", _D, 0, 0, "B", "B", _MUST),
    Field("8", "Tổng số văn bản trong hồ sơ", "TotalDoc", _N, 10, 10, "B", "B", _MUST),
    Field("9", "Chú giải", "Description", _S, 2000, 2000, "B", "B"),
    Field("10", "Ký hiệu thông tin", "InforSign", _S, 30, 30, "B", "B"),
    Field("11", "Từ khóa", "Keyword", _S, 100, 100, "B", "B", several=True),
    # The circular prints `Maintenance` again for row 12, a misprint as software that copied it shows.
    Field("12", "Số lượng tờ", "SheetNumber", _N, 10, 10, "C", "B"),
    Field("13", "Số lượng trang", "PageNumber", _N, 10, 10, "B", "B"),
    Field("14", "Tình trạng vật lý", "Format", _S, 50, 50, "C", "B", _MAY, "physical-state"),
    Field("", "Mức độ tin cậy", "ConfidenceLevel", _S, 0, 40, "C", "C", _MAY, "confidence"),
    Field("", "Mã hồ sơ giấy gốc", "PaperFileCode", _S, 0, 100, "C", "C"),
    Field("", "Chế độ dự phòng", "RiskRecovery", _S, 0, 5, "C", "C"),
    Field("", "Tình trạng dự phòng", "RiskRecoveryStatus", _S, 0, 2, "C", "C"),
)

DOCUMENT_FIELDS: tuple[Field, ...] = (
    Field("1", "Mã định danh văn bản", "DocCode", _S, 25, 100, "B", "B", _SHOULD),
    Field("2", "Mã hồ sơ", "FileCode", _S, 30, 100, "B", "B"),
    Field("2.1", "Mã cơ quan lưu trữ", "Identifier", _S, 13, 0, "B", "B"),
    Field("2.2", "Mã phông/công trình/sưu tập lưu trữ", "OrganId", _S, 13, 0, "B", "B"),
    Field("2.3", "Mục lục số hoặc năm hình thành hồ sơ", "FileCatalog", _N, 4, 0, "B", "B"),
    Field("2.4", "Số và ký hiệu hồ sơ", "FileNotation", _S, 20, 0, "B", "B"),
    Field("3", "Số thứ tự văn bản trong hồ sơ", "DocOrdinal", _N, 4, 7, "B", "B"),
    Field("4", "Tên loại văn bản", "TypeName", _S, 100, 10, "A", "B", _MUST, "type-name"),
    Field("5", "Số của văn bản", "CodeNumber", _S, 11, 11, "A", "B"),
    Field("6", "Ký hiệu của văn bản", "CodeNotation", _S, 30, 30, "A", "B"),
    Field("7", "Ngày, tháng, năm văn bản", "IssuedDate", _D, 0, 0, "B", "B"),
    Field("8", "Tên cơ quan, tổ chức ban hành văn bản", "OrganName", _S, 200, 200, "A", "B", _SHOULD),
    Field("9", "Trích yếu nội dung", "Subject", _S, 500, 500, "A", "B", _MUST),
    Field("10", "Ngôn ngữ", "Language", _S, 100, 100, "B", "B", _MAY, "language", True),
    Field("11", "Số lượng trang của văn bản", "PageAmount", _N, 4, 4, "B", "B"),
    Field("12", "Ghi chú", "Description", _S, 500, 500, "A", "B"),
    Field("13", "Ký hiệu thông tin", "InforSign", _S, 30, 30, "B", "B"),
    Field("14", "Từ khóa", "Keyword", _S, 100, 100, "B", "B", several=True),
    Field("15", "Chế độ sử dụng", "Mode", _S, 20, 20, "B", "B", _MAY, "use-mode"),
    Field("16", "Mức độ tin cậy", "ConfidenceLevel", _S, 30, 30, "B", "B", _MAY, "confidence"),
    Field("17", "Bút tích", "Autograph", _S, 2000, 2000, "B", "B"),
    Field("18", "Tình trạng vật lý", "Format", _S, 50, 50, "B", "B", _MAY, "physical-state"),
    Field("", "Thời hạn bảo quản", "Maintenance", _S, 0, 100, "C", "C", _MAY, "maintenance"),
    Field("", "Chế độ dự phòng", "RiskRecovery", _S, 0, 5, "C", "C"),
    Field("", "Tình trạng dự phòng", "RiskRecoveryStatus", _S, 0, 2, "C", "C"),
    Field("", "Quy trình xử lý", "Process", _S, 0, 5, "C", "C"),
)

# What the exchange (edXML) says beside the archive's fields; kept as sent, asked for by some provinces only.
EXCHANGE_FIELDS: Mapping[str, str] = {
    "Status": "Trạng thái văn bản",
    "Position": "Chức vụ người ký",
    "FullName": "Họ tên người ký",
    "Urgency": "Mức độ khẩn",
    "Secrecy": "Độ mật",
    "Priority": "Mức độ ưu tiên",
    "ToOrgan": "Nơi nhận",
    "SentAt": "Thời điểm gửi",
    "DueDate": "Hạn xử lý",
    "Domain": "Lĩnh vực",
    "History": "Lịch sử xử lý",
}

_SPELLINGS: Mapping[str, str] = {
    "Organld": "OrganId",  # lower-case L for I, common in software that copied the table from print
    "DocTotal": "TotalDoc",  # NĐ 30/2020/NĐ-CP Phụ lục VI
    "PageTotal": "PageNumber",
    "TotalPaper": "SheetNumber",
    "PiecesOfPaper": "SheetNumber",
    "numberOfPaper": "SheetNumber",
}


def canonical(fields: Mapping[str, str]) -> dict[str, str]:
    """Return the fields under the names of the tables above, values in NFC without white space at their ends.

    Accents sent apart from their letters must not make a text longer or another. A name the tables spell otherwise
    is translated unless the right name is there too; unknown names stay.
    """
    known: dict[str, str] = {}
    for name, value in fields.items():
        right = _SPELLINGS.get(name, name)
        if right == name or right not in fields:
            known[right] = unicodedata.normalize("NFC", value).strip()
    return known
