"""What is put into an index: one document per record and one per case file, made of facts of the register."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, Self

from archive.register.models import CaseFile, Record
from search.vietnamese import clean, code_key

CASE_FILE = "case-file"
RECORD = "record"


@dataclass(frozen=True)
class IndexDocument:
    """One thing that can be found. Dates are ISO text, "" when unknown; all text is clean (NFC).

    Attributes:
        id: the record's or the case file's identifier; putting it again replaces it.
        code: the code people use: "31/2020/QĐ-UBND" of a record, the file code of a case file.
        aliases: other codes it is known by (identifier on the axis, number and notation with the year).
        date: day of issue, or the day the case file's work ended.
        extra: other described words worth finding (keywords, notes, signer).
    """

    id: str
    kind: str
    case_file_id: str
    record_id: str
    ordinal: int
    agency: str
    agency_name: str
    fonds: str
    access: str
    regime: str
    year: int
    type: str
    code: str
    aliases: tuple[str, ...]
    title: str
    organ: str
    date: str
    start: str
    end: str
    stored_at: str
    extra: str = ""
    text: str = ""

    def facts(self) -> dict[str, Any]:
        """Return the document as JSON values."""
        return {**asdict(self), "aliases": list(self.aliases)}

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Self:
        """Return the document that `facts` describe; unknown keys are left out."""
        known = {field.name for field in fields(cls)}
        values = {key: value for key, value in facts.items() if key in known}
        return cls(**{**values, "aliases": tuple(values.get("aliases", ()))})

    @property
    def sha256(self) -> str:
        """Return the SHA-256 of the document's JSON form."""
        return hashlib.sha256(json.dumps(self.facts(), sort_keys=True).encode()).hexdigest()


def symbol(number: str, notation: str) -> str:
    """Return a document's number and notation as people write them: "31" and "/QĐ-UBND" -> "31/QĐ-UBND".

    Vietnamese: số, ký hiệu văn bản. Offices send the notation with or without the slash, or with the
    number already in it.
    """
    number, notation = number.strip(), notation.strip().lstrip("/")
    if not number or not notation:
        return number or notation
    if code_key(notation).startswith(code_key(number) + "/"):
        return notation
    return f"{number}/{notation}"


def _aliases(record: Record, own: str) -> tuple[str, ...]:
    found = [record.code]
    year = str(record.issued_on.year) if record.issued_on else ""
    # A decision of 2020 whose notation lacks the year is also asked for as "31/2020/QĐ-UBND".
    if year and record.number and not re.search(rf"/{year}(/|$)", own):
        found.append(f"{record.number.strip()}/{year}/{record.notation.strip().lstrip('/')}".rstrip("/"))
    unique = dict.fromkeys(clean(code).strip() for code in found)
    return tuple(code for code in unique if code and code != own)


WORTH_FINDING = ("Keyword", "InforSign", "Description", "Autograph", "SignerInfo", "Title", "FileNotation")


def _extra(description: Mapping[str, Any], *shown: str) -> str:
    values = (str(description.get(name) or "") for name in WORTH_FINDING)
    return " ".join(dict.fromkeys(clean(value).strip() for value in values if value and value not in shown))


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def of_case_file(case_file: CaseFile, agency_name: str) -> IndexDocument:
    """Return the document of a case file itself: its title and codes, no text."""
    return IndexDocument(
        id=case_file.id,
        kind=CASE_FILE,
        case_file_id=case_file.id,
        record_id="",
        ordinal=0,
        agency=case_file.agency_code,
        agency_name=clean(agency_name),
        fonds=case_file.fonds_code,
        access=case_file.access,
        regime=case_file.regime,
        year=case_file.end_date.year,
        type="",
        code=clean(case_file.code),
        aliases=(),
        title=clean(case_file.title),
        organ=clean(agency_name),
        date=_day(case_file.end_date),
        start=_day(case_file.start_date),
        end=_day(case_file.end_date),
        stored_at=case_file.stored_at.isoformat(timespec="seconds"),
        extra=_extra(case_file.description or {}, case_file.title),
    )


def of_record(record: Record, case_file: CaseFile, agency_name: str, text: str, limit: int) -> IndexDocument:
    """Return the document of one record with its words.

    Args:
        text: the words of its text component, "" when it has none.
        limit: characters of text kept; what lies behind cannot be found.
    """
    own = clean(symbol(record.number, record.notation)) or clean(record.code)
    return IndexDocument(
        id=record.id,
        kind=RECORD,
        case_file_id=case_file.id,
        record_id=record.id,
        ordinal=record.ordinal,
        agency=case_file.agency_code,
        agency_name=clean(agency_name),
        fonds=case_file.fonds_code,
        access=case_file.access,
        regime=case_file.regime,
        year=(record.issued_on or case_file.end_date).year,
        type=clean(record.type_name),
        code=own,
        aliases=_aliases(record, own),
        title=clean(record.subject),
        organ=clean(record.organ_name),
        date=_day(record.issued_on or case_file.end_date),
        start=_day(record.issued_on),
        end=_day(record.issued_on),
        stored_at=case_file.stored_at.isoformat(timespec="seconds"),
        extra=_extra(record.description or {}, record.subject),
        text=clean(text[:limit]),
    )
