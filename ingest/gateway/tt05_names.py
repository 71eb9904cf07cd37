"""TT 05/2025 field names and codes -> TT 02/2019 short names and words, so that one checker reads both.

Source: domain table "Field mapping 02/2019 -> 05/2025", which is our reading (DERIVED), and the code lists
of TT 05/2025 Phụ lục III. Where a code is turned into a word, the code stays beside it as `<Name>.code`.
"""

from __future__ import annotations

from collections.abc import Mapping

FILE_NAMES: Mapping[str, str] = {
    "fileCode": "FileCode",
    "arcFileCode": "FileCode",
    "title": "Title",
    "maintenance": "Maintenance",
    "mode": "Rights",
    "language": "Language",
    "startDate": "StartDate",
    "endDate": "EndDate",
    "keyword": "Keyword",
    "totalDoc": "TotalDoc",
    "numberOfPaper": "SheetNumber",
    "numberOfPage": "PageNumber",
    "format": "Format",
    "inforSign": "InforSign",
    "confidenceLevel": "ConfidenceLevel",
    "paperFileCode": "PaperFileCode",
    "riskRecovery": "RiskRecovery",
    "riskRecoveryStatus": "RiskRecoveryStatus",
    "description": "Description",
}
"""EAD.xml, 18 fields; `arcFileCode` is seen in SIPs of one vendor instead of `fileCode`."""

DOCUMENT_NAMES: Mapping[str, str] = {
    "docId": "DocCode",
    "docCode": "ArcDocCode",
    "arcDocCode": "ArcDocCode",
    "fileCode": "FileCode",
    "arcFileCode": "FileCode",
    "docOrdinal": "DocOrdinal",
    "maintenance": "Maintenance",
    "typeName": "TypeName",
    "codeNumber": "CodeNumber",
    "codeNotation": "CodeNotation",
    "issuedDate": "IssuedDate",
    "organName": "OrganName",
    "subject": "Subject",
    "language": "Language",
    "numberOfPage": "PageAmount",
    "inforSign": "InforSign",
    "keyword": "Keyword",
    "mode": "Mode",
    "confidenceLevel": "ConfidenceLevel",
    "autograph": "Autograph",
    "format": "Format",
    "riskRecovery": "RiskRecovery",
    "riskRecoveryStatus": "RiskRecoveryStatus",
    "process": "Process",
    "description": "Description",
}
"""EAD_doc_*.xml, 21 fields; `docCode` is file code + ordinal, `docId` the document's own identifier."""

FILE_NAMES_TT02: Mapping[str, str] = {
    "PiecesOfPaper": "SheetNumber",
    "TotalPaper": "SheetNumber",
    "numberOfPaper": "SheetNumber",
    "DocTotal": "TotalDoc",
    "PageTotal": "PageNumber",
    "Organld": "OrganId",
}
"""Other spellings seen for TT 02/2019 fields: QLVB names (NĐ 30/2020 PL VI) and misspellings."""

DOCUMENT_NAMES_TT02: Mapping[str, str] = {"Organld": "OrganId"}

# fmt: off
_TYPE_NAMES = (
    "Nghị quyết", "Quyết định", "Chỉ thị", "Quy chế", "Quy định", "Thông cáo", "Thông báo", "Hướng dẫn",
    "Chương trình", "Kế hoạch", "Phương án", "Đề án", "Dự án", "Báo cáo", "Tờ trình", "Giấy ủy quyền",
    "Phiếu gửi", "Phiếu chuyển", "Phiếu báo", "Biên bản", "Hợp đồng", "Công văn", "Công điện",
    "Bản ghi nhớ", "Bản thỏa thuận", "Giấy mời", "Giấy giới thiệu", "Giấy nghỉ phép", "Thư công",
    "Bản đồ", "Bản vẽ kỹ thuật", "Khác",
)
_MODE = {"01": "Công khai", "02": "Sử dụng có điều kiện", "03": "Mật"}
_LANGUAGES = (
    "Tiếng Việt", "Tiếng Anh", "Tiếng Pháp", "Tiếng Nga", "Tiếng Trung", "Việt - Anh", "Việt - Nga",
    "Việt - Pháp", "Hán Nôm", "Việt - Trung", "Khác",
)
# fmt: on

CODES: Mapping[str, Mapping[str, str]] = {
    "Maintenance": {
        "01": "Vĩnh viễn",
        "02": "70 năm",
        "03": "50 năm",
        "04": "30 năm",
        "05": "20 năm",
        "06": "10 năm",
        "07": "Khác",
    },
    "Rights": _MODE,
    "Mode": _MODE,
    "Language": {f"{n:02d}": word for n, word in enumerate(_LANGUAGES, start=1)},
    "TypeName": {f"{n:02d}": word for n, word in enumerate(_TYPE_NAMES, start=1)},
    "ConfidenceLevel": {"01": "Gốc điện tử", "02": "Số hóa", "03": "Hỗn hợp"},
    "Format": {"01": "Tốt", "02": "Bình thường", "03": "Hỏng"},
}


def named_tt02(raw: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    """Return the fields under their TT 02/2019 names, codes as words (the code beside: `Rights.code`).

    A name that is not in the table is kept as it came; a code that is not in its list is kept as text,
    for the checks to find.
    """
    fields: dict[str, str] = {}
    for name, value in raw.items():
        short = names.get(name, name)
        words = CODES.get(short, {})
        parts = [part.strip() for part in value.split(";")]
        if words and all(part in words for part in parts):
            fields[short] = "; ".join(words[part] for part in parts)
            fields[f"{short}.code"] = "; ".join(parts)
        else:
            fields[short] = value
    if "DocOrdinal" not in fields and (tail := fields.get("ArcDocCode", "").rpartition(".")[2]).isdigit():
        fields["DocOrdinal"] = str(int(tail))
    return fields
