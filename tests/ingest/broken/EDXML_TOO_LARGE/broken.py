"""A message of more bytes than are taken."""

from __future__ import annotations

from datetime import date

from breaking import message

from ingest.finding import Finding
from ingest.gateway.limits import Limits
from tests.samples.edxml import EdxmlDocument, write_document
from tests.samples.road import Road

LETTER = EdxmlDocument(
    sender="000.00.05.H37", sender_name="Sở Nội vụ", receiver="000.00.00.H00", number="88", notation="SNV-VTLT",
    place="Lạng Sơn", issued=date(2026, 1, 4), type_name="Công văn", subject="Về việc nộp lưu", signer_post="Giám đốc",
    signer_name="Nguyễn Văn An", attachments=(("a.pdf", b"%PDF-1.4 one", False),),
)  # fmt: skip


def found(road: Road) -> list[Finding]:
    return message(road, write_document(LETTER), Limits(message_bytes=100))
