"""What a document is called and cited by, told by its fields: type, number, notation, day, agency, subject."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ingest.checks.dates import parse_date
from ingest.checks.fields import DAYS, TITLES, first_of


@dataclass(frozen=True)
class Cited:
    """The columns of the register a document is found and cited by; empty where its fields say nothing."""

    type_name: str
    number: str
    notation: str
    issued_on: date | None
    organ_name: str
    subject: str


def cited(fields: Mapping[str, str]) -> Cited:
    """Return how a document with these fields (canonical short names) is cited.

    Photos, films and sounds have other fields for their subject and day than documents.
    """
    return Cited(
        type_name=fields.get("TypeName", ""),
        number=fields.get("CodeNumber", ""),
        notation=fields.get("CodeNotation", ""),
        issued_on=parse_date(first_of(fields, DAYS)),
        organ_name=fields.get("OrganName", ""),
        subject=first_of(fields, TITLES),
    )
