"""The descriptive fields of what we give out: SIP_hoso and DIP of TT 05/2025/TT-BNV (Phụ lục III and V).

Fields and order as read from one digest of the circular; a value's code and length are made as for an AIP
(`archive.packages.tt05`). The documents of a DIP have the fields of a SIP's, with arcDocCode and without organName.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from archive.codes.load import table
from archive.packages import tt05
from archive.packages.facts import PackageFacts, RecordFacts
from archive.packages.markup import day

SIP_FILE_FIELDS: Mapping[str, int] = {
    "fileCode" if name == "arcFileCode" else name: length for name, length in tt05.FILE_FIELDS.items()
}
SIP_DOCUMENT_FIELDS: Mapping[str, int] = {
    "docId": 25,
    "docCode": 100,
    "maintenance": 100,
    "typeName": 10,
    "codeNumber": 11,
    "codeNotation": 30,
    "issuedDate": 10,
    "organName": 200,
    "subject": 500,
    "language": 100,
    "numberOfPage": 4,
    "inforSign": 30,
    "keyword": 100,
    "mode": 20,
    "confidenceLevel": 30,
    "autograph": 2000,
    "format": 50,
    "riskRecovery": 1,
    "riskRecoveryStatus": 2,
    "process": 1,
    "description": 500,
}
DIP_DOCUMENT_FIELDS: Mapping[str, int] = {
    "arcDocCode" if name == "docCode" else name: length
    for name, length in SIP_DOCUMENT_FIELDS.items()
    if name != "organName"
}
DIP_FILE_FIELDS: Mapping[str, int] = {
    "requestID": 100,
    "requestDate": 10,
    "purpose": 10,
    "purposeContent": 500,
    "feeObjectType": 10,
    "researchTopic": 250,
    "description": 2000,
}
"""The circular gives requestDate, purpose and feeObjectType no length; theirs are those of a date and of a code."""
PURPOSES = tuple(entry.code for entry in table("dip-purpose").entries)
"""Personal, official, special official (Phụ lục V)."""
FEE_OBJECTS = tuple(entry.code for entry in table("fee-object").entries)
"""01 pupil or student ... 10 other (Phụ lục V)."""


@dataclass(frozen=True)
class Request:
    """What a DIP was asked for (phiếu yêu cầu): the seven fields of its EAD.xml.

    Attributes:
        purpose: one of PURPOSES, "" when not said.
        fee_object: one of FEE_OBJECTS, "" when not said.
    """

    id: str
    made_on: date
    purpose: str = ""
    content: str = ""
    fee_object: str = ""
    topic: str = ""
    note: str = ""


def sip_file_fields(facts: PackageFacts) -> list[tuple[str, str]]:
    """Return the 18 fields of a SIP's EAD.xml in order."""
    return [
        ("fileCode", tt05.within(facts.code, 100)) if name == "arcFileCode" else (name, value)
        for name, value in tt05.file_fields(facts)
    ]


def sip_document_fields(facts: PackageFacts, record: RecordFacts) -> list[tuple[str, str]]:
    """Return the 21 fields of one EAD_doc of a SIP in order."""
    return _document(SIP_DOCUMENT_FIELDS, facts, record)


def dip_file_fields(request: Request) -> list[tuple[str, str]]:
    """Return the 7 fields of a DIP's EAD.xml in order."""
    values = {
        "requestID": request.id,
        "requestDate": day(request.made_on),
        "purpose": request.purpose,
        "purposeContent": request.content,
        "feeObjectType": request.fee_object,
        "researchTopic": request.topic,
        "description": request.note,
    }
    return [(name, tt05.within(values[name], length)) for name, length in DIP_FILE_FIELDS.items()]


def dip_document_fields(facts: PackageFacts, record: RecordFacts) -> list[tuple[str, str]]:
    """Return the 20 fields of one EAD_doc of a DIP in order."""
    return _document(DIP_DOCUMENT_FIELDS, facts, record)


def _document(lengths: Mapping[str, int], facts: PackageFacts, record: RecordFacts) -> list[tuple[str, str]]:
    said = record.description
    known: dict[str, list[str]] = {}
    for name, value in tt05.document_fields(facts, record):
        known.setdefault(name, []).append(value)
    more = {
        "docId": said.get("DocId", ""),
        "arcDocCode": record.code,
        "maintenance": tt05.maintenance_code(said.get("Maintenance", "") or facts.maintenance),
        "riskRecovery": tt05.flag(said.get("RiskRecovery", "")),
        "riskRecoveryStatus": tt05.one_of(said.get("RiskRecoveryStatus", ""), ("01", "02")),
    }
    return [
        (name, tt05.within(value, length))
        for name, length in lengths.items()
        for value in ([more[name]] if name in more else known[name])
    ]
