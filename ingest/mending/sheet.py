"""What a person sees who mends a returned delivery: its documents, and the fields the findings point at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingest.checks.fields import DOCUMENT_FIELDS, EXCHANGE_FIELDS, FILE_FIELDS, TABLES, canonical
from ingest.delivery import Delivery
from ingest.finding import Finding

LABELS: Mapping[str, str] = {
    **EXCHANGE_FIELDS,
    **{field.short: field.name_vi for table in TABLES.values() for field in table},
    **{field.short: field.name_vi for field in (*FILE_FIELDS, *DOCUMENT_FIELDS)},
}
"""Short name -> the law's Vietnamese name of the field."""


@dataclass(frozen=True)
class FieldToMend:
    """A field some finding is about, with what was sent."""

    name: str
    label: str
    value: str


@dataclass(frozen=True)
class DocumentToMend:
    """A document of the returned delivery.

    Attributes:
        wrong: some finding is about it.
    """

    ordinal: int
    subject: str
    files: tuple[str, ...]
    fields: tuple[FieldToMend, ...]
    wrong: bool


@dataclass(frozen=True)
class Sheet:
    """The case file's own fields to mend, and all its documents."""

    fields: tuple[FieldToMend, ...]
    documents: tuple[DocumentToMend, ...]


def sheet_of(delivery: Delivery, findings: Sequence[Finding]) -> Sheet:
    """Return what can be mended; a finding points at a field by `<place> / <short name>`."""
    return Sheet(
        _fields(delivery.fields, [finding for finding in findings if not finding.document]),
        tuple(
            DocumentToMend(
                ordinal,
                canonical(document.fields).get("Subject", ""),
                tuple(file.name for file in document.files),
                _fields(document.fields, about),
                bool(about),
            )
            for ordinal, document in enumerate(delivery.documents, 1)
            for about in [[finding for finding in findings if finding.document == ordinal]]
        ),
    )


def _fields(fields: Mapping[str, str], findings: Sequence[Finding]) -> tuple[FieldToMend, ...]:
    said = canonical(fields)
    names = dict.fromkeys(
        name
        for finding in findings
        if (name := finding.place.rpartition(" / ")[2]) in LABELS and " / " in finding.place
    )
    return tuple(FieldToMend(name, LABELS[name], said.get(name, "")) for name in names)
