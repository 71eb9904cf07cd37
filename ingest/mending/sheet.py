"""What a person sees who mends a returned delivery: its documents, and the fields the findings point at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingest.checks.catalogue import rule
from ingest.checks.fields import (
    DOCUMENT_FIELDS,
    EXCHANGE_FIELDS,
    FILE_FIELDS,
    TABLES,
    TITLES,
    canonical,
    first_of,
)
from ingest.delivery import Delivery
from ingest.finding import Finding, Severity
from ingest.readers.sheet_columns import ONLY_IN_SHEETS

DOCUMENT_RETURNED = "DOCUMENT_RETURNED"
"""Code of the finding by which a person, or an agreement, sends one document back (`ingest.returning`)."""
LABELS: Mapping[str, str] = {
    **ONLY_IN_SHEETS,
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
        findings: about it; where there are any, it is to be mended.
    """

    ordinal: int
    subject: str
    files: tuple[str, ...]
    fields: tuple[FieldToMend, ...]
    findings: tuple[Finding, ...]

    @property
    def wrong(self) -> bool:
        """Say whether it is to be mended."""
        return bool(self.findings)


@dataclass(frozen=True)
class Sheet:
    """The case file's own fields to mend with what was found about them, and all its documents."""

    fields: tuple[FieldToMend, ...]
    documents: tuple[DocumentToMend, ...]
    findings: tuple[Finding, ...] = ()


def sheet_of(delivery: Delivery, findings: Sequence[Finding]) -> Sheet:
    """Return what can be mended; a finding points at a field by `<place> / <short name>`.

    Where a person marked documents, those are to be mended, each with all its fields, and whatever else is an error:
    remarks were no reason to send anything back.
    """
    marked = {finding.document for finding in findings if finding.code == DOCUMENT_RETURNED}
    wanted = wanted_again(findings)
    about: dict[int, list[Finding]] = {}
    for finding in findings:
        if not marked or finding.document in wanted:
            about.setdefault(finding.document, []).append(finding)
    return Sheet(
        _fields(delivery.fields, about.get(0, []), whole=0 in marked),
        tuple(
            DocumentToMend(
                ordinal,
                first_of(canonical(document.fields), TITLES),
                tuple(file.name for file in document.files),
                _fields(document.fields, about.get(ordinal, []), whole=ordinal in marked),
                tuple(about.get(ordinal, [])),
            )
            for ordinal, document in enumerate(delivery.documents, 1)
        ),
        tuple(about.get(0, [])),
    )


def wanted_again(findings: Sequence[Finding]) -> tuple[int, ...]:
    """Return the ordinals of the documents something is wrong with, not only remarked; 0 is the case file itself."""
    wrong = {one.document for one in findings if rule(one.code).severity is not Severity.WARNING}
    return tuple(sorted(wrong))


def _fields(
    fields: Mapping[str, str], findings: Sequence[Finding], *, whole: bool
) -> tuple[FieldToMend, ...]:
    """Return the fields the findings point at, first; and all that were sent when the whole is to be looked at."""
    said = canonical(fields)
    names = dict.fromkeys(
        name
        for finding in findings
        if (name := finding.place.rpartition(" / ")[2]) in LABELS and " / " in finding.place
    )
    if whole:
        names |= dict.fromkeys(name for name in said if name in LABELS)
    return tuple(FieldToMend(name, LABELS[name], said.get(name, "")) for name in names)
