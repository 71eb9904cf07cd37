"""A document message, for `broken/EDXML_*/broken.py`."""

from __future__ import annotations

from datetime import date

from tests.samples.edxml import EdxmlDocument

LETTER = EdxmlDocument(
    sender="000.00.05.H37",
    sender_name="Sở Nội vụ",
    receiver="000.00.00.H00",
    number="88",
    notation="SNV-VTLT",
    place="Lạng Sơn",
    issued=date(2026, 1, 4),
    type_name="Công văn",
    subject="Về việc nộp lưu",
    signer_post="Giám đốc",
    signer_name="Nguyễn Văn An",
    attachments=(("a.pdf", b"%PDF-1.4 one", False),),
)
