"""Case files to be packaged, in words of the trade."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from archive.packages.facts import (
    ComponentFacts,
    DocumentationFile,
    EventFacts,
    PackageFacts,
    RecordFacts,
)
from archive.settings import ArchiveSettings

OBJID = "urn:000.06.16.G09:uuid:9C13E70E-08B2-4C54-8BAF-979B35D01B4D"
FOLDER = OBJID.replace(":", "_")
MADE_AT = datetime(2026, 1, 2, 20, 4, 5, tzinfo=UTC)


def schemas_folder() -> Path:
    """Return where set-up put the METS and PREMIS schemas."""
    return Path(os.environ.get("TANGTHU_ARCHIVE__TOOLS", str(ArchiveSettings().tools_home))) / "schemas"


def a_component(
    folder: Path, ordinal: int, role: str = "original", name: str = "Quyết định.pdf", data: bytes = b"bytes"
) -> ComponentFacts:
    source = folder / f"{ordinal}-{role}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    source.write_bytes(data)
    return ComponentFacts(
        id=f"{source.name}-id",
        role=role,
        name=name,
        path=f"representations/{role}/data/{ordinal:04d}/{name}",
        media_type="application/pdf",
        puid="fmt/18",
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        facts={"route": "repair", "signatures": [{"signer": "Nguyễn Văn An"}], "pages": 2},
        source=source,
    )


def a_record(ordinal: int, *components: ComponentFacts, **changes: object) -> RecordFacts:
    values: dict[str, object] = {
        "id": f"record-{ordinal}",
        "ordinal": ordinal,
        "code": f"000.06.16.G09.2020.01.{ordinal:07d}",
        "type_name": "Quyết định",
        "number": "31",
        "notation": "QĐ-UBND",
        "issued_on": date(2020, 5, 1),
        "organ_name": "Ủy ban nhân dân tỉnh Lạng Sơn",
        "subject": "Ban hành quy chế",
        "pages": 2,
        "description": {"Language": "Tiếng Việt;Tiếng Anh", "Mode": "Công khai", "DocOrdinal": str(ordinal)},
        "components": components,
    }
    return RecordFacts(**(values | changes))  # type: ignore[arg-type]


def a_case(*records: RecordFacts, **changes: object) -> PackageFacts:
    values: dict[str, object] = {
        "objid": OBJID,
        "name": "lang-son/so-noi-vu/2020/01/v0001.zip",
        "version": 1,
        "made_at": MADE_AT,
        "case_file_id": "case-1",
        "submission_id": "submission-1",
        "agency_code": "000.00.16.H37",
        "agency_name": "Sở Nội vụ tỉnh Lạng Sơn",
        "fonds_code": "000.06.16.G09",
        "code": "000.06.16.G09.2020.01",
        "title": "Hồ sơ xây dựng quy chế <công tác> & lưu trữ",
        "regime": "R1",
        "access": "01",
        "start_date": date(2020, 1, 1),
        "end_date": date(2020, 12, 31),
        "maintenance": "Vĩnh viễn",
        "total_docs": len(records),
        "total_pages": 2 * len(records),
        "description": {"Title": "Hồ sơ xây dựng quy chế", "Identifier": "H37.01", "PageNumber": "4"},
        "records": records,
    }
    return PackageFacts(**(values | changes))  # type: ignore[arg-type]


def a_usual_case(folder: Path) -> PackageFacts:
    """A case file with everything in it: two documents, derivatives, words, events, documentation."""
    message = folder / "message.xml"
    message.write_bytes(b"<edXML/>")
    report = folder / "report.json"
    report.write_bytes(b"{}")
    records = tuple(
        a_record(
            ordinal,
            a_component(folder, ordinal, data=b"%PDF-1.4 original " * ordinal),
            replace(
                a_component(folder, ordinal, "pdfa", data=b"%PDF-1.7 derivative " * ordinal),
                facts={"of": f"original-{ordinal}", "route": "repair"},
            ),
            a_component(folder, ordinal, "text", "Quyết định.txt", "Điều 1".encode()),
        )
        for ordinal in (1, 2)
    )
    events = (
        EventFacts(
            "event-1",
            "virus check",
            datetime(2026, 1, 1, 1, 2, 3, 456789, tzinfo=UTC),
            "success",
            "no virus found",
            "ClamAV 1.0.3",
            (records[0].components[0].id,),
        ),
        EventFacts("event-2", "validation", MADE_AT, "warning", "", "an.nguyen"),
    )
    documentation = tuple(
        DocumentationFile(
            path, source.stat().st_size, hashlib.sha256(source.read_bytes()).hexdigest(), source
        )
        for path, source in (
            ("documentation/message.xml", message),
            ("metadata/other/report.json", report),
        )
    )
    return a_case(*records, events=events, documentation=documentation)


def rebuilt(
    source: Path,
    into: Path,
    change: Callable[[str, bytes], bytes | None] = lambda name, data: data,
    add: Mapping[str, bytes] | None = None,
) -> Path:
    """Copy a package ZIP member by member, changing, dropping (None) or adding members."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(into, "w") as new:
        for info in old.filelist:
            data = change(info.filename.split("/", 1)[1], old.read(info))
            if data is not None:
                new.writestr(info.filename, data)
        for name, data in (add or {}).items():
            new.writestr(name, data)
    return into
