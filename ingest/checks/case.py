"""What the rules look at: one delivered case file with the facts of its files, names already put right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from ingest.checks.dates import parse_date
from ingest.checks.fields import canonical, kind_of
from ingest.clock.hours import OfficeHours
from ingest.delivery import DeliveredDocument, DeliveredFile, Delivery, FileFacts
from ingest.profiles.load import BASE, profiles
from ingest.profiles.schema import Profile

# Packages that bring only part of a case file: its totals and ordinals speak about the whole.
PARTIAL = frozenset({"SUPPLEMENT", "REPLACEMENT"})
_DATE_FIELDS = {"document": "IssuedDate", "photo": "PhotoTime", "media": "RecordDate"}


@dataclass(frozen=True)
class Piece:
    """One file of a document with what was learnt about it; `facts` is None when nobody looked into it."""

    file: DeliveredFile
    facts: FileFacts | None

    @property
    def name(self) -> str:
        """Return the file's own name as sent, without folders."""
        return self.file.name.replace("\\", "/").rsplit("/", 1)[-1]


@dataclass(frozen=True)
class Document:
    """One document of the case file.

    Attributes:
        ordinal: its place in the delivery, from 1.
        fields: canonical short names -> text.
        kind: which field table describes it: document, photo or media.
        rules: the regulation in force on the day it was made; the base rules when it is older than the regulation.
    """

    ordinal: int
    fields: Mapping[str, str]
    pieces: tuple[Piece, ...]
    rules: Profile
    kind: str = "document"

    @property
    def date_field(self) -> str:
        """Return the field that says the day it was made."""
        return _DATE_FIELDS[self.kind]

    @property
    def issued(self) -> date | None:
        """Return the day it was issued or taken, None when it is missing or no day."""
        return parse_date(self.get(self.date_field))

    def get(self, name: str) -> str:
        """Return a field's text, "" when it is not there."""
        return self.fields.get(name, "")

    def place(self, field: str = "") -> str:
        """Return how a finding points at this document or one of its fields."""
        return f"document {self.ordinal}" + (f" / {field}" if field else "")


@dataclass(frozen=True)
class Case:
    """A case file being checked."""

    delivery: Delivery
    fields: Mapping[str, str]
    documents: tuple[Document, ...]
    sources: tuple[Piece, ...]  # descriptions and loose files of the package
    profile: Profile
    agency_code: str
    today: date
    agency_name: str = ""  # as the register has it; "" when it is not known
    hours: OfficeHours | None = None  # of the agency's office; None: nothing is said about office time

    def get(self, name: str) -> str:
        """Return a field of the case file, "" when it is not there."""
        return self.fields.get(name, "")

    @property
    def standard(self) -> str:
        """Return which field tables it was written with, TT02 or TT05."""
        return self.delivery.standard

    @property
    def whole(self) -> bool:
        """Return whether the delivery claims to bring the case file entire."""
        return self.delivery.record_status not in PARTIAL

    @property
    def start(self) -> date | None:
        """Return the day the work began, None when it is missing or no day."""
        return parse_date(self.get("StartDate"))

    @property
    def end(self) -> date | None:
        """Return the day the work ended, None when it is missing or no day."""
        return parse_date(self.get("EndDate"))


def case_of(
    delivery: Delivery,
    facts: Mapping[str, FileFacts],
    *,
    profile: Profile,
    agency_code: str,
    today: date,
    agency_name: str = "",
    hours: OfficeHours | None = None,
) -> Case:
    """Return the delivery as the rules read it."""
    return Case(
        delivery,
        canonical(delivery.fields),
        tuple(_document(n, document, facts, profile) for n, document in enumerate(delivery.documents, 1)),
        tuple(Piece(file, facts.get(file.sha256)) for file in delivery.sources),
        profile,
        agency_code,
        today,
        agency_name,
        hours,
    )


def _document(
    ordinal: int, document: DeliveredDocument, facts: Mapping[str, FileFacts], profile: Profile
) -> Document:
    found = [(file, facts.get(file.sha256)) for file in document.files]
    # A signature beside a file is no piece of the document: what it says stands with the file it signs.
    pieces = tuple(Piece(file, fact) for file, fact in found if fact is None or not fact.signs)
    fields = canonical(document.fields)
    made = Document(ordinal, fields, pieces, profile, kind_of(fields, document.place))
    if made.issued is not None and made.issued < profile.legal.in_force:
        return replace(made, rules=profiles()[BASE])
    return made
