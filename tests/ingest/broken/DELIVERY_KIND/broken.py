"""Notes in Markdown, checked before sending."""

from __future__ import annotations

from io import BytesIO

from ingest.finding import Finding
from ingest.preflight import preflight
from tests.samples.road import NOW, Road


def found(road: Road) -> list[Finding]:
    notes = BytesIO("# Ghi chép\n\nKhông phải gói hồ sơ.\n".encode())
    return list(preflight(notes, agency_code="H26", file_name="ghi-chep.md", now=NOW).findings)
