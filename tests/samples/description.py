"""Describe a case file and its documents with the field names of TT 02/2019 or of TT 05/2025."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from archive.codes.load import table
from ingest.readers.tt05_names import CODED, DOCUMENT_NAMES, FILE_NAMES
from tests.samples.case_file import CaseFilePlan, DocumentPlan, Made


def day(value: date) -> str:
    """Return the date as descriptions write it."""
    return value.strftime("%d/%m/%Y")


def document_code(plan: CaseFilePlan, document: DocumentPlan, ordinal: int) -> str:
    """Return the document's identifier by the rule of its province (agency, year, number of the year)."""
    number = re.sub(r"\D", "", document.number.partition("/")[0]) or str(ordinal)
    agency = plan.office.code
    if plan.office.profile == "an-giang":
        return f"{agency}-{document.issued.year}.{int(number)}"
    return f"{agency}.{document.issued.year}.{int(number):04d}"


def file_name(plan: CaseFilePlan, document: DocumentPlan, ordinal: int, position: int) -> str:
    """Return the name of one file: file code, dot, ordinal (TT 02/2019 Điều 6.1.e); Ninh Bình lets no dot in."""
    if position in document.names:
        return document.names[position]
    extension = document.files[position].extension
    if plan.office.profile == "ninh-binh":
        attachment = f"PL{position:02d}" if position else ""
        return f"{re.sub(r'[^A-Za-z0-9]', '', plan.file_code)}{ordinal:03d}{attachment}.{extension}"
    attachment = f".{position:02d}" if position else ""
    return f"{plan.file_code}.{ordinal:03d}{attachment}.{extension}"


def file_fields(plan: CaseFilePlan, pages: int) -> dict[str, str]:
    """Return the case file's fields, TT 02/2019 names, true unless the plan says otherwise."""
    fields = {
        "FileCode": plan.file_code,
        "OrganId": plan.office.code,
        "FileCatalog": str(plan.starts.year),
        "FileNotation": plan.notation,
        "Title": plan.title,
        "Maintenance": plan.maintenance,
        "Rights": plan.rights,
        "Language": "Tiếng Việt",
        "StartDate": day(plan.starts),
        "EndDate": day(plan.ends),
        "TotalDoc": str(len(plan.documents)),
        "Description": "",
        "InforSign": "",
        "Keyword": plan.keyword,
        "PageNumber": str(pages),
        "Format": "Tốt",
    }
    if plan.office.profile == "gia-lai-so-tttt":  # everything there is on paper too (Điều 10.6)
        fields["PaperFileCode"] = f"GIAY.{plan.file_code}"
    return _changed(fields, plan.described)


def document_fields(plan: CaseFilePlan, document: DocumentPlan, ordinal: int, pages: int) -> dict[str, str]:
    """Return a document's fields, TT 02/2019 names, true unless the plan says otherwise.

    The signer, urgency, receiver and times are fields of the exchange (QĐ 28/2018), which two provinces ask for.
    """
    fields = {
        "DocCode": document_code(plan, document, ordinal),
        "FileCode": plan.file_code,
        "OrganId": plan.office.code,
        "FileCatalog": str(plan.starts.year),
        "FileNotation": plan.notation,
        "DocOrdinal": str(ordinal),
        "TypeName": document.type_name,
        "CodeNumber": document.number,
        "CodeNotation": document.notation,
        "IssuedDate": day(document.issued),
        "OrganName": document.organ or plan.office.name,
        "Subject": document.subject,
        "Language": "Tiếng Việt",
        "PageAmount": str(pages),
        "Mode": "Công khai" if plan.rights != "Sử dụng có điều kiện" else plan.rights,
        "ConfidenceLevel": "Số hóa"
        if {*document.files[:1]} & {Made.SCAN, Made.SCAN_SIGNED}
        else "Gốc điện tử",
        "Format": "Tốt",
        "Position": document.signer_post,
        "FullName": document.signer_name,
        "Urgency": "Thường",
        "Status": "Đã hoàn thành",
        "ToOrgan": "Các cơ quan, đơn vị có liên quan",
        "SentAt": f"{document.issued.isoformat()}T10:15:00+07:00",
        "SendReceipt": f"{document.issued.isoformat()}T10:15:04+07:00",
    }
    return _changed(fields, document.described)


def tt05_file(fields: Mapping[str, str]) -> dict[str, str]:
    """Return EAD.xml of TT 05/2025: its names, its codes."""
    kept = {name: value for name, value in fields.items() if name not in _ONLY_TT02}
    return _renamed(kept, FILE_NAMES)


def tt05_document(fields: Mapping[str, str]) -> dict[str, str]:
    """Return EAD_doc.xml of TT 05/2025; what the circular has no field for is left out."""
    ordinal = int(fields["DocOrdinal"]) if fields.get("DocOrdinal", "").isdecimal() else 0
    kept = {
        name: value for name, value in fields.items() if name not in _ONLY_TT02 | {"FileCode", "DocOrdinal"}
    }
    named = _renamed(kept, DOCUMENT_NAMES)
    return {**named, "docCode": f"{fields['FileCode']}.{ordinal:07d}", "process": "1"}


_ONLY_TT02 = frozenset(
    {
        "OrganId",
        "FileCatalog",
        "FileNotation",
        "Position",
        "FullName",
        "Urgency",
        "Status",
        "ToOrgan",
        "SentAt",
        "SendReceipt",
    }
)


def _renamed(fields: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    back: dict[str, str] = {}
    for new, old in names.items():
        back.setdefault(old, new)
    return {back[name]: _coded(name, value) for name, value in fields.items() if name in back}


def _coded(name: str, value: str) -> str:
    return (table(CODED[name]).code_of(value) or value) if name in CODED else value


def _changed(fields: dict[str, str], otherwise: Mapping[str, str | None]) -> dict[str, str]:
    merged: dict[str, str | None] = {**fields, **otherwise}
    return {name: value for name, value in merged.items() if value is not None}
