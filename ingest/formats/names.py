"""What a format is called by people: "PDF 1.7, PDF/A-2b", "Word (.docx)"; never a PRONOM identifier."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ingest.delivery import FileFacts
from ingest.formats.identify import CSV, ODF, OOXML, PDF, TEXT, UNKNOWN_TYPE

NAMES: Mapping[str, str] = {
    PDF: "PDF",
    "application/msword": "Word (.doc)",
    OOXML + "wordprocessingml.document": "Word (.docx)",
    "application/vnd.ms-word.document.macroEnabled.12": "Word (.docm)",
    "application/vnd.ms-excel": "Excel (.xls)",
    OOXML + "spreadsheetml.sheet": "Excel (.xlsx)",
    "application/vnd.ms-excel.sheet.macroEnabled.12": "Excel (.xlsm)",
    "application/vnd.ms-powerpoint": "PowerPoint (.ppt)",
    OOXML + "presentationml.presentation": "PowerPoint (.pptx)",
    "application/vnd.ms-powerpoint.presentation.macroEnabled.12": "PowerPoint (.pptm)",
    ODF + "text": "OpenDocument (.odt)",
    ODF + "spreadsheet": "OpenDocument (.ods)",
    ODF + "presentation": "OpenDocument (.odp)",
    "application/rtf": "RTF",
    TEXT: "TXT",
    CSV: "CSV",
    "text/html": "HTML",
    "application/xml": "XML",
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/tiff": "TIFF",
    "image/jp2": "JPEG 2000",
    "image/gif": "GIF",
    "image/bmp": "BMP",
    "application/zip": "ZIP",
    "application/x-7z-compressed": "7z",
    "application/vnd.rar": "RAR",
    "audio/mpeg": "MP3",
    "audio/x-wav": "WAV",
    "audio/x-ms-wma": "WMA",
    "video/mp4": "MP4",
    "video/x-msvideo": "AVI",
    "video/x-ms-wmv": "WMV",
    "message/rfc822": "E-mail (.eml)",
}
_FLAVOUR = re.compile(r"([1-4])([A-Za-z]?)")


def name_of(facts: FileFacts) -> str:
    """Return what the format is called; "" when it is not known."""
    if facts.media_type == UNKNOWN_TYPE:
        return ""
    name = NAMES.get(facts.media_type, facts.media_type)
    if facts.media_type != PDF:
        return name
    version = f"{name} {facts.pdf_version}".strip()
    claimed = _FLAVOUR.fullmatch(facts.claims)
    return f"{version}, PDF/A-{claimed[1]}{claimed[2].lower()}" if claimed else version
