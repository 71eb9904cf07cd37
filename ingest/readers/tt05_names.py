"""TT 05/2025 field names and codes -> TT 02/2019 short names and words, so that one checker reads both.

No text says which field of the one circular is which of the other: the table is our reading (DERIVED). The code lists
are those of `archive.codes`. Where a code is turned into a word, the code stays beside it as `<Name>.code`.
"""

from __future__ import annotations

from collections.abc import Mapping

from archive.codes.load import table
from ingest.checks.fields import FILE_FIELDS, TABLES, Field


def _names(*tables: tuple[Field, ...]) -> dict[str, str]:
    return {field.name_05: field.short for table in tables for field in table if field.name_05}


FILE_NAMES: Mapping[str, str] = {**_names(FILE_FIELDS), "arcFileCode": "FileCode"}
"""EAD.xml, 18 fields; `arcFileCode` is seen in SIPs of one vendor instead of `fileCode`."""

DOCUMENT_NAMES: Mapping[str, str] = {
    **_names(*TABLES.values()),
    "arcDocCode": "ArcDocCode",
    "arcFileCode": "FileCode",
}
"""EAD_doc_*.xml (21 fields), EAD_pic, EAD_media; `docCode` is file code + ordinal, `docId` the document's own id."""

FILE_NAMES_TT02: Mapping[str, str] = {
    "PiecesOfPaper": "SheetNumber",
    "TotalPaper": "SheetNumber",
    "numberOfPaper": "SheetNumber",
    "DocTotal": "TotalDoc",
    "PageTotal": "PageNumber",
    "Organld": "OrganId",
}
"""Other spellings seen for TT 02/2019 fields: QLVB names (NĐ 30/2020 PL VI) and misspellings."""

DOCUMENT_NAMES_TT02: Mapping[str, str] = {"Organld": "OrganId"}

LONGEST_ORDINAL = 10
"""Digits; the circular has 7."""

CODED: Mapping[str, str] = {
    "Maintenance": "maintenance",
    "Rights": "use-mode",
    "Mode": "use-mode",
    "Language": "language",
    "TypeName": "type-name",
    "ConfidenceLevel": "confidence",
    "Format": "physical-state",
    "Colour": "colour",
    "PicType": "picture-type",
    "MediaType": "media-type",
}
"""Field -> its code list in `archive.codes`."""


def named_tt02(raw: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    """Return the fields under their TT 02/2019 names, codes as words (the code beside: `Rights.code`).

    A name that is not in the table is kept as it came; a code that is not in its list is kept as text,
    for the checks to find.
    """
    fields: dict[str, str] = {}
    for name, value in raw.items():
        short = names.get(name, name)
        parts = [part.strip() for part in value.split(";")]
        if short in CODED and all(part.isdecimal() and part in _codes(short) for part in parts):
            fields[short] = "; ".join(table(CODED[short]).name_of(part) for part in parts)
            fields[f"{short}.code"] = "; ".join(parts)
        else:
            fields[short] = value
    tail = fields.get("ArcDocCode", "").rpartition(".")[2]
    if "DocOrdinal" not in fields and tail.isascii() and tail.isdigit() and len(tail) <= LONGEST_ORDINAL:
        fields["DocOrdinal"] = str(int(tail))
    return fields


def _codes(short: str) -> frozenset[str]:
    return frozenset(entry.code for entry in table(CODED[short]).entries if entry.code)
