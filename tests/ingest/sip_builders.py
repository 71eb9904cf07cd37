"""Small SIPs whose members can be changed one by one before they are zipped."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.samples.sip import DocumentParts, SipParts, objid, write_sip

FILE = {
    "FileCode": "000.00.05.H37.2020.01.TH",
    "OrganId": "000.00.05.H37",
    "FileCatalog": "2020",
    "FileNotation": "01.TH",
    "Title": "Hồ sơ tập huấn",
    "Maintenance": "20 năm",
    "StartDate": "02/01/2020",
    "EndDate": "31/12/2020",
    "TotalDoc": "2",
}
DOCUMENTS = (
    {"DocCode": "000.00.05.H37.2020.0018", "DocOrdinal": "1", "TypeName": "Kế hoạch", "Subject": "Tập huấn"},
    {"DocCode": "000.00.05.H37.2020.0203", "DocOrdinal": "2", "TypeName": "Báo cáo", "Subject": "Kết quả"},
)
KEY = "hồ sơ thử"
TOP = objid(KEY)
REP = "representations/rep1"

Members = dict[str, bytes]
Change = Callable[[Members], None]


def members(
    folder: Path,
    *,
    file: Mapping[str, str] = FILE,
    documents: tuple[Mapping[str, str], ...] = DOCUMENTS,
    **more: Any,
) -> Members:
    """Return a good package's members by path below its folder; each document has `doc<N>.txt`.

    Args:
        folder: to write in.
        file: fields of the case file.
        documents: fields of each document.
        more: what else `SipParts` can say.
    """
    folder.mkdir(parents=True, exist_ok=True)
    parts = []
    for number, fields in enumerate(documents, start=1):
        path = folder / f"source-{number}"
        path.write_text(f"văn bản {number}", "utf-8")
        parts.append(DocumentParts(fields, ((f"doc{number}.txt", path),)))
    target = folder / "good.zip"
    made = datetime(2026, 1, 5, tzinfo=UTC)
    write_sip(SipParts(KEY, "000.00.05.H37", "Sở Nội vụ", made, file, parts, **more), target)
    with zipfile.ZipFile(target) as opened:
        return {name.partition("/")[2]: opened.read(name) for name in opened.namelist()}


def zipped(folder: Path, content: Mapping[str, bytes], *, top: str = TOP) -> Path:
    """Write the members as a ZIP with one top folder."""
    target = folder / "package.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as sink:
        for name, data in content.items():
            sink.writestr(f"{top}/{name}" if top else name, data)
    return target


def zip_bytes(content: Mapping[str, bytes]) -> bytes:
    """Return a ZIP of these members."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as sink:
        for name, data in content.items():
            sink.writestr(name, data)
    return target.getvalue()
