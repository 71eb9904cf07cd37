"""Names of formats for people: "PDF 1.7", "Word document". The register keeps PRONOM's identifiers."""

from __future__ import annotations

from typing import Any

from ingest.formats.identify import PDF_PUIDS
from portal.i18n import _

OOXML = "application/vnd.openxmlformats-officedocument."
ODF = "application/vnd.oasis.opendocument."

VERSIONS = {
    **{puid: f"PDF {version}" for version, puid in PDF_PUIDS.items()},
    "fmt/95": "PDF/A-1a",
    "fmt/354": "PDF/A-1b",
    "fmt/476": "PDF/A-2a",
    "fmt/477": "PDF/A-2b",
    "fmt/478": "PDF/A-2u",
    "fmt/479": "PDF/A-3a",
    "fmt/480": "PDF/A-3b",
    "fmt/481": "PDF/A-3u",
}
"""PRONOM identifier -> name, where the version is what people ask for."""

TYPES: dict[str, Any] = {
    "application/pdf": "PDF",
    "application/msword": _("Word document (.doc)"),
    OOXML + "wordprocessingml.document": _("Word document (.docx)"),
    "application/vnd.ms-word.document.macroEnabled.12": _("Word document with macros"),
    "application/vnd.ms-excel": _("Excel workbook (.xls)"),
    OOXML + "spreadsheetml.sheet": _("Excel workbook (.xlsx)"),
    "application/vnd.ms-excel.sheet.macroEnabled.12": _("Excel workbook with macros"),
    "application/vnd.ms-powerpoint": _("PowerPoint slides (.ppt)"),
    OOXML + "presentationml.presentation": _("PowerPoint slides (.pptx)"),
    ODF + "text": _("OpenDocument text"),
    ODF + "spreadsheet": _("OpenDocument spreadsheet"),
    ODF + "presentation": _("OpenDocument slides"),
    "application/rtf": _("Rich text (RTF)"),
    "text/plain": _("Plain text"),
    "text/csv": _("Table as text (CSV)"),
    "text/html": _("Web page"),
    "application/xml": "XML",
    "image/jpeg": _("JPEG picture"),
    "image/png": _("PNG picture"),
    "image/tiff": _("TIFF picture"),
    "image/jp2": _("JPEG 2000 picture"),
    "image/gif": _("GIF picture"),
    "image/bmp": _("BMP picture"),
    "audio/mpeg": _("MP3 sound"),
    "audio/x-wav": _("WAV sound"),
    "audio/x-ms-wma": _("WMA sound"),
    "video/mp4": _("MP4 film"),
    "video/x-msvideo": _("AVI film"),
    "video/x-ms-wmv": _("WMV film"),
    "message/rfc822": _("E-mail message"),
}
"""Media type -> name."""


def format_name(puid: str, media_type: str) -> Any:
    """Return what a file's format is called, to be translated; the media type itself when it has no name here."""
    plain = media_type.split(";")[0].strip()
    return VERSIONS.get(puid) or TYPES.get(plain) or plain or _("Unknown format")
