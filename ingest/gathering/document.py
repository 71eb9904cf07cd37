"""What an edXML message says, in the words of a case file's document; which field is which is our reading."""

from __future__ import annotations

import re

from archive.codes.load import table
from ingest.checks.dates import format_date
from ingest.delivery import DeliveredDocument, DeliveredFile, Delivery
from ingest.gateway.edxml import Message

PLACE = "edXML"
OTHER = "Khác"
_SHORT = {
    "NQ": "Nghị quyết",
    "QĐ": "Quyết định",
    "CT": "Chỉ thị",
    "QC": "Quy chế",
    "QyĐ": "Quy định",
    "TC": "Thông cáo",
    "TB": "Thông báo",
    "HD": "Hướng dẫn",
    "CTr": "Chương trình",
    "KH": "Kế hoạch",
    "PA": "Phương án",
    "ĐA": "Đề án",
    "DA": "Dự án",
    "BC": "Báo cáo",
    "BB": "Biên bản",
    "TTr": "Tờ trình",
    "HĐ": "Hợp đồng",
    "CĐ": "Công điện",
    "GM": "Giấy mời",
    "GUQ": "Giấy ủy quyền",
    "GGT": "Giấy giới thiệu",
}
"""How a notation begins for a kind of document, as offices write it (our reading: no list was read)."""


def fields_of(message: Message) -> dict[str, str]:
    """Return the fields of `ingest.checks.fields.DOCUMENT_FIELDS` that a message fills; what it leaves open is absent.

    PageAmount is left out when it is 0, which senders write for "unknown": the files are counted.
    """
    said = {
        "CodeNumber": message.number,
        "CodeNotation": message.notation,
        "IssuedDate": format_date(message.issued) if message.issued else "",
        "OrganName": message.sender_name,
        "Subject": message.subject,
        "TypeName": type_name(message.type_name, message.notation),
        "PageAmount": str(message.pages) if message.pages else "",
        "Secrecy": message.secrecy,
    }
    return {name: value for name, value in said.items() if value}


def type_name(said: str, notation: str) -> str:
    """Return the kind of document: by its name, else as its notation begins, else "Khác"; numbers say nothing."""
    known = table("type-name").find(said)
    if known is not None and known.name != OTHER:
        return known.name
    begins = re.split(r"[-/.]", notation.strip().lstrip("/"), maxsplit=1)[0]
    return _SHORT.get(begins, OTHER)


def delivery_of(message: Message) -> Delivery:
    """Return a delivery of this one document, so that its files go past the same guards as any other's."""
    files = tuple(DeliveredFile(one.name, one.path, one.size, one.sha256) for one in message.attachments)
    return Delivery(
        standard="TT02",
        objid="",
        record_status="NEW",
        agreement="",
        sender_code=message.sender,
        fields={},
        documents=(DeliveredDocument(PLACE, fields_of(message), files),),
    )
