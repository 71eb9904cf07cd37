"""Write an edXML status message (thông điệp trạng thái), the answer an office's system understands.

The prefixes are part of the format in practice: a .NET receiver is reported to refuse a message whose elements lack
the literal prefix `edXML:` although the namespace says the same, so they are written out here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape

from archive.vietnam import local
from ingest.errors import IngestError
from ingest.gateway.edxml import NAMESPACE, Reference

ARRIVED, REFUSED, ACCEPTED, WORKED_ON, DONE = "01", "02", "03", "05", "06"
TAKE_BACK, AGREED, DECLINED = "13", "15", "16"
STATUSES = {
    ARRIVED: "Đã đến",
    REFUSED: "Từ chối tiếp nhận",
    ACCEPTED: "Đã tiếp nhận",
    "04": "Phân công",
    WORKED_ON: "Đang xử lý",
    DONE: "Hoàn thành",
    TAKE_BACK: "Lấy lại",
    AGREED: "Đồng ý",
    DECLINED: "Từ chối",
}
MAX_DESCRIPTION = 500
"""Characters; our choice, after `Content`, whose length vendors give as 500."""


@dataclass(frozen=True)
class Reporter:
    """Who reports: the archive's own code and name, and the person or system."""

    organ_id: str
    organ_name: str
    department: str = ""
    staff: str = ""


def write_status(
    *, reporter: Reporter, about: Reference, status: str, description: str, now: datetime
) -> bytes:
    """Return the message as UTF-8 bytes.

    Args:
        about: the sender's code, and the code, date and id of the document reported on.
        status: two digits of `STATUSES`.
        description: the reason or remark; the status's own words when empty.

    Raises:
        IngestError: no such status.
    """
    if status not in STATUSES:
        raise IngestError(f"unknown status {status}; known: {', '.join(STATUSES)}")
    rows = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<edXML xmlns="{NAMESPACE}">',
        f'<edXML:edXMLEnvelope xmlns:edXML="{NAMESPACE}">',
        "<edXML:edXMLHeader>",
        "<edXML:MessageHeader>",
        "<edXML:From>",
        _row("OrganId", reporter.organ_id),
        _row("OrganName", reporter.organ_name),
        "</edXML:From>",
        "<edXML:ResponseFor>",
        _row("OrganId", about.organ_id),
        _row("Code", about.code),
        _row("PromulgationDate", about.promulgation_date),
        _row("DocumentId", about.document_id),
        "</edXML:ResponseFor>",
        "<edXML:StaffInfo>",
        _row("Department", reporter.department),
        _row("Staff", reporter.staff),
        "</edXML:StaffInfo>",
        _row("StatusCode", status),
        _row("Description", (description or STATUSES[status])[:MAX_DESCRIPTION]),
        _row("Timestamp", local(now).strftime("%Y/%m/%d %H:%M:%S")),
        "</edXML:MessageHeader>",
        "</edXML:edXMLHeader>",
        "</edXML:edXMLEnvelope>",
        "</edXML>",
    ]
    return "\n".join(rows).encode()


def _row(name: str, value: str) -> str:
    allowed = re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", " ", value)
    return f"<edXML:{name}>{escape(allowed)}</edXML:{name}>"
