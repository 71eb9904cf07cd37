"""A description in TT 02/2019 short names, said in the fields of TT 05/2025/TT-BNV.

Fields and order: Phụ lục I (AIP_hoso), 18 fields of a file and 19 of a document, as read from one digest of
the circular. The mapping of names and codes is our reading (DERIVED): nothing in the law says how a file
described under TT 02/2019 becomes a TT 05/2025 package. The description as accepted is kept word for word
in our extension beside these fields, so a code we chose can be checked and mended for ever.
"""

from __future__ import annotations

from collections.abc import Mapping

from archive.codes.load import table
from archive.packages.facts import PackageFacts, RecordFacts
from archive.packages.markup import day

FILE_FIELDS: Mapping[str, int] = {
    "arcFileCode": 100,
    "title": 1000,
    "maintenance": 100,
    "mode": 30,
    "language": 100,
    "startDate": 10,
    "endDate": 10,
    "keyword": 100,
    "totalDoc": 10,
    "numberOfPaper": 10,
    "numberOfPage": 10,
    "format": 50,
    "inforSign": 30,
    "confidenceLevel": 40,
    "paperFileCode": 100,
    "riskRecovery": 1,
    "riskRecoveryStatus": 2,
    "description": 2000,
}
"""Fields of EAD.xml in order, with their greatest length in characters (TT 05/2025 Phụ lục I)."""

DOCUMENT_FIELDS: Mapping[str, int] = {
    "arcFileCode": 100,
    "mode": 20,
    "language": 100,
    "keyword": 100,
    "numberOfPage": 4,
    "format": 50,
    "inforSign": 30,
    "confidenceLevel": 30,
    "description": 500,
    "docCode": 100,
    "docOrdinal": 7,
    "typeName": 10,
    "codeNumber": 11,
    "codeNotation": 30,
    "issuedDate": 10,
    "organName": 200,
    "subject": 500,
    "autograph": 2000,
    "process": 1,
}
"""Fields of EAD_doc_*.xml in order. The circular gives docOrdinal no length; 7 is docCode's ordinal."""

NUMBER_OF_PAPER = ("SheetNumber", "PiecesOfPaper", "TotalPaper", "numberOfPaper")
OTHER_MAINTENANCE = "07"
OTHER_TYPE = "32"
OTHER_LANGUAGE = "11"


def maintenance_code(text: str) -> str:
    """Return the code of a retention period written as text; 07 (other) when it is on no list."""
    periods = table("maintenance")
    return periods.code_of(text) or periods.code_of(f"{text.strip()} năm") or OTHER_MAINTENANCE


def language_codes(text: str) -> list[str]:
    """Return the codes of languages separated by semicolons (TT 02/2019 Điều 5.2)."""
    languages = table("language")
    return [languages.code_of(part) or OTHER_LANGUAGE for part in text.split(";") if part.strip()]


def arc_file_code(facts: PackageFacts) -> str:
    """Return the file's code in the archive: code of the archive, dot, file code; the code alone without it."""
    archive = facts.description.get("Identifier", "").strip()
    if not archive or facts.code == archive or facts.code.startswith(archive + "."):
        return facts.code
    return f"{archive}.{facts.code}"


def file_fields(facts: PackageFacts) -> list[tuple[str, str]]:
    """Return the fields of EAD.xml in order; language may repeat, unknown values are empty."""
    said = facts.description
    values = {
        "arcFileCode": arc_file_code(facts),
        "title": facts.title,
        "maintenance": maintenance_code(facts.maintenance),
        "mode": facts.access,
        "language": "",
        "startDate": day(facts.start_date),
        "endDate": day(facts.end_date),
        "keyword": said.get("Keyword", ""),
        "totalDoc": str(facts.total_docs),
        "numberOfPaper": _number(next((said[name] for name in NUMBER_OF_PAPER if said.get(name)), "")),
        "numberOfPage": str(facts.total_pages),
        "format": _code("physical-state", said.get("Format", "")),
        "inforSign": said.get("InforSign", ""),
        "confidenceLevel": _code("confidence", said.get("ConfidenceLevel", "")),
        "paperFileCode": said.get("PaperFileCode", ""),
        "riskRecovery": flag(said.get("RiskRecovery", "")),
        "riskRecoveryStatus": one_of(said.get("RiskRecoveryStatus", ""), ("01", "02")),
        "description": said.get("Description", ""),
    }
    return _in_order(FILE_FIELDS, values, language_codes(said.get("Language", "")))


def document_fields(facts: PackageFacts, record: RecordFacts) -> list[tuple[str, str]]:
    """Return the fields of one EAD_doc in order."""
    said = record.description
    values = {
        "arcFileCode": arc_file_code(facts),
        "mode": _code("use-mode", said.get("Mode", "")) or facts.access,
        "language": "",
        "keyword": said.get("Keyword", ""),
        "numberOfPage": str(record.pages) if 0 <= record.pages <= 9999 else "",
        "format": _code("physical-state", said.get("Format", "")),
        "inforSign": said.get("InforSign", ""),
        "confidenceLevel": _code("confidence", said.get("ConfidenceLevel", "")),
        "description": said.get("Description", ""),
        "docCode": record.code,
        "docOrdinal": f"{record.ordinal:07d}",
        "typeName": table("type-name").code_of(record.type_name) or OTHER_TYPE,
        "codeNumber": record.number,
        "codeNotation": record.notation,
        "issuedDate": day(record.issued_on) if record.issued_on else "",
        "organName": record.organ_name,
        "subject": record.subject,
        "autograph": said.get("Autograph", ""),
        "process": flag(said.get("Process", "")),
    }
    return _in_order(DOCUMENT_FIELDS, values, language_codes(said.get("Language", "")))


def _in_order(
    lengths: Mapping[str, int], values: Mapping[str, str], languages: list[str]
) -> list[tuple[str, str]]:
    """Return fields in the circular's order, each within its length."""
    fields: list[tuple[str, str]] = []
    for name, length in lengths.items():
        for value in (languages or [""]) if name == "language" else [values[name]]:
            # A text the checks let through with a warning may be too long here; the whole text is in our
            # extension, so the standard field may be cut, visibly.
            fields.append((name, within(value, length)))
    return fields


def within(value: str, length: int) -> str:
    """Return a value that fits a field, visibly cut when it is too long."""
    return value if len(value) <= length else value[: length - 1] + "…"


def _code(name: str, text: str) -> str:
    return table(name).code_of(text) or ""


def _number(text: str) -> str:
    text = text.strip()
    return text if text.isascii() and text.isdigit() and len(text) <= 10 else ""


TRUE_WORDS = frozenset({"1", "true", "có"})
FALSE_WORDS = frozenset({"0", "false", "không"})


def flag(text: str) -> str:
    """Return 1, 0 or "" for a yes, a no and anything else."""
    word = text.strip().casefold()
    return "1" if word in TRUE_WORDS else "0" if word in FALSE_WORDS else ""


def one_of(text: str, allowed: tuple[str, ...]) -> str:
    """Return the text if it is allowed, else ""."""
    return text if text in allowed else ""
