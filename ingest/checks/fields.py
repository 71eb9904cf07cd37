"""The field tables: what a description of a fonds, a case file, a document, a photo, a film or a sound may say.

The tables are the CSV files in `tables/`, one row a field, with its names and bounds under both circulars. Source:
TT 02/2019/TT-BNV Phụ lục I as implementing software shows it, since the annex itself was not at hand; TT 05/2025/TT-BNV
Phụ lục III, IV from one digest of the text. Grades: A official text, B two or more independent sources, C one source.
**Whether the circulars mark fields as required is unverified: `need` is our policy.**
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

FOLDER = Path(__file__).parent / "tables"


class Kind(StrEnum):
    """What a value must be."""

    STRING = "string"
    NUMBER = "number"
    DATE = "date"  # DD/MM/YYYY
    BOOL = "bool"  # 0 or 1


class Need(StrEnum):
    """Our policy on empty values."""

    REQUIRED = "required"  # a package cannot be described without it: error
    ADVISED = "advised"  # software in use asks for it: warning
    FREE = ""


@dataclass(frozen=True)
class Field:
    """One row of a field table.

    Attributes:
        number: row number in TT 02/2019; "" for a field only TT 05/2025 has.
        short: short name, case-sensitive, as `Delivery.fields` uses it.
        length: most characters (digits for a number) under TT 02/2019; 0 for dates and for fields it lacks.
        length_grade: how well `length` is known.
        codes: code list in `archive.codes` the value should be on; "" for free text.
        several: values may be separated by ";" (Điều 5.2).
        name_05: its name under TT 05/2025; "" when it lacks the field.
        length_05: most characters there; 0 when it lacks the field or says none.
    """

    number: str
    name_vi: str
    short: str
    kind: Kind
    length: int
    length_grade: str
    source_grade: str
    need: Need
    codes: str
    several: bool
    name_05: str
    kind_05: Kind
    length_05: int

    def longest(self, standard: str) -> int:
        """Return the most characters under "TT02" or "TT05"; 0 means that no length is known."""
        return (self.length_05 or self.length) if standard == "TT05" else (self.length or self.length_05)

    def kind_in(self, standard: str) -> Kind:
        """Return what a value must be under "TT02" or "TT05"."""
        own, other = (self.name_05, self.kind) if standard == "TT05" else (self.number, self.kind_05)
        mine = self.kind_05 if standard == "TT05" else self.kind
        return mine if own else other


def _table(name: str) -> tuple[Field, ...]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8") as stream:
        return tuple(_field(row) for row in csv.DictReader(stream))


def _field(row: Mapping[str, str]) -> Field:
    kind = Kind(row["kind"] or row["kind_05"])
    return Field(
        row["number"],
        row["name_vi"],
        row["short"],
        kind,
        int(row["length"] or 0),
        row["length_grade"],
        row["source_grade"],
        Need(row["need"]),
        row["codes"],
        row["several"] == "yes",
        row["name_05"],
        Kind(row["kind_05"]) if row["kind_05"] else kind,
        int(row["length_05"] or 0),
    )


FONDS_FIELDS = _table("fonds")
FILE_FIELDS = _table("file")
DOCUMENT_FIELDS = _table("document")
PHOTO_FIELDS = _table("photo")
MEDIA_FIELDS = _table("media")

TABLES: Mapping[str, tuple[Field, ...]] = {
    "document": DOCUMENT_FIELDS,
    "photo": PHOTO_FIELDS,
    "media": MEDIA_FIELDS,
}
"""By what one item of a case file is."""


TITLES = ("Subject", "ImageTitle", "MovieTitle", "EventName")
"""What one item is about: photos, films and sounds have other fields for it than documents."""
DAYS = ("IssuedDate", "PhotoTime", "RecordDate")
"""Of which day it is."""


def first_of(fields: Mapping[str, str], names: Sequence[str]) -> str:
    """Return the first of these fields that says something; "" when none does."""
    return next((fields[name] for name in names if fields.get(name)), "")


def _exchange() -> Mapping[str, str]:
    with (FOLDER / "exchange.csv").open(encoding="utf-8") as stream:
        return {row["short"]: row["name_vi"] for row in csv.DictReader(stream)}


EXCHANGE_FIELDS = _exchange()
"""What the exchange (edXML) says beside the archive's fields; kept as sent, asked for by some provinces only."""

_SPELLINGS: Mapping[str, str] = {
    "Organld": "OrganId",  # lower-case L for I, common in software that copied the table from print
    "DocTotal": "TotalDoc",  # NĐ 30/2020/NĐ-CP Phụ lục VI
    "PageTotal": "PageNumber",
    "TotalPaper": "SheetNumber",
    "PiecesOfPaper": "SheetNumber",
    "numberOfPaper": "SheetNumber",
}

# What an item of one kind alone is described by.
_MARKS: Mapping[str, frozenset[str]] = {
    "document": frozenset({"TypeName", "CodeNumber", "CodeNotation", "IssuedDate", "Subject", "Autograph"}),
    "photo": frozenset(f.short for f in PHOTO_FIELDS)
    - frozenset(f.short for f in (*MEDIA_FIELDS, *DOCUMENT_FIELDS)),
    "media": frozenset(f.short for f in MEDIA_FIELDS)
    - frozenset(f.short for f in (*PHOTO_FIELDS, *DOCUMENT_FIELDS)),
}


def kind_of(fields: Mapping[str, str], place: str = "") -> str:
    """Return which table describes an item: "document", "photo" or "media" (film, sound).

    TT 05/2025 names the description's file after it (EAD_pic, EAD_media); else the fields decide.

    Args:
        fields: under their short names.
        place: the description's file inside the package.
    """
    name = place.rpartition("/")[2].casefold()
    for kind, beginning in (("photo", "ead_pic"), ("media", "ead_media")):
        if name.startswith(beginning):
            return kind
    counts = {kind: sum(bool(fields.get(name)) for name in names) for kind, names in _MARKS.items()}
    best = max(counts, key=lambda kind: counts[kind])
    return best if counts[best] > counts["document"] else "document"


def canonical(fields: Mapping[str, str]) -> dict[str, str]:
    """Return the fields under the names of the tables above, values in NFC without white space at their ends.

    Accents sent apart from their letters must not make a text longer or another. A name the tables spell otherwise
    is translated unless the right name is there too; unknown names stay.
    """
    known: dict[str, str] = {}
    for name, value in fields.items():
        right = _SPELLINGS.get(name, name)
        if right == name or right not in fields:
            known[right] = unicodedata.normalize("NFC", value).strip()
    return known
