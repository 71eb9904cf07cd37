"""What an office sends again of a returned delivery, and the delivery that comes of both. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ingest.checks.fields import canonical
from ingest.delivery import DeliveredDocument, DeliveredFile, Delivery
from ingest.finding import Finding

SUPPLEMENT = "SUPPLEMENT"
# What tells a document from the others, strongest first; one that is unique in both deliveries is believed.
_MARKS = (("DocCode",), ("DocId",), ("CodeNumber", "CodeNotation", "IssuedDate"), ("DocOrdinal",))


@dataclass(frozen=True)
class AmendedDocument:
    """One document that is sent again.

    Attributes:
        ordinal: which document of the earlier delivery, from 1; 0 for a new one.
        fields: what replaces the earlier field of that name; for a new document all of them.
        files: instead of the earlier ones; empty when those stay.
    """

    ordinal: int
    fields: Mapping[str, str]
    files: tuple[DeliveredFile, ...] = ()
    place: str = ""


@dataclass(frozen=True)
class Amendment:
    """Everything that is sent again.

    Attributes:
        fields: of the case file, each instead of the earlier one.
        sources: descriptions as they came, kept beside the earlier ones.
        findings: what is wrong with the amendment itself.
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    documents: tuple[AmendedDocument, ...] = ()
    sources: tuple[DeliveredFile, ...] = ()
    findings: tuple[Finding, ...] = ()


def from_package(sent: Delivery, earlier: Delivery) -> Amendment:
    """Return the amendment a SUPPLEMENT or REPLACEMENT package is.

    A document of the package that is none of the earlier delivery is new; a REPLACEMENT may not bring one
    (finding MEND_UNMATCHED). A SUPPLEMENT may.
    """
    documents, findings = [], list(sent.findings)
    for position, document in enumerate(sent.documents, 1):
        ordinal = _same(document, sent.documents, earlier.documents)
        if not ordinal and sent.record_status != SUPPLEMENT:
            findings.append(Finding("MEND_UNMATCHED", document.place, {}, position))
            continue
        documents.append(AmendedDocument(ordinal, document.fields, document.files, document.place))
    return Amendment(sent.fields, tuple(documents), sent.sources, tuple(findings))


def amended(earlier: Delivery, amendment: Amendment) -> Delivery:
    """Return the whole delivery: the earlier one with what was sent again in its place.

    Findings about the earlier package stay unless what they are about was sent again; those about documents and
    fields are found anew by the checks.
    """
    findings = list(amendment.findings)
    by_ordinal = {one.ordinal: one for one in amendment.documents if one.ordinal}
    for ordinal in sorted(by_ordinal):
        if ordinal > len(earlier.documents):
            findings.append(Finding("MEND_UNMATCHED", f"document {ordinal}", {}, ordinal))
    documents = [
        _amended(document, by_ordinal[ordinal]) if ordinal in by_ordinal else document
        for ordinal, document in enumerate(earlier.documents, 1)
    ]
    documents += [
        DeliveredDocument(one.place, one.fields, one.files) for one in amendment.documents if not one.ordinal
    ]
    return replace(
        earlier,
        record_status="NEW",
        fields={**earlier.fields, **amendment.fields},
        documents=tuple(documents),
        sources=(*earlier.sources, *amendment.sources),
        findings=(*_left(earlier, by_ordinal), *findings),
    )


def _amended(document: DeliveredDocument, by: AmendedDocument) -> DeliveredDocument:
    return replace(document, fields={**document.fields, **by.fields}, files=by.files or document.files)


def _left(earlier: Delivery, by_ordinal: Mapping[int, AmendedDocument]) -> Iterator[Finding]:
    """Yield the earlier package's findings that are not about something sent again.

    A file that is wrong stays wrong when only the fields of its document are sent again.
    """
    kept = {
        file.name
        for ordinal, one in by_ordinal.items()
        if not one.files and ordinal <= len(earlier.documents)
        for file in earlier.documents[ordinal - 1].files
    }
    names = {file.name for one in by_ordinal.values() for file in one.files}
    for ordinal in by_ordinal:
        if by_ordinal[ordinal].files and ordinal <= len(earlier.documents):
            names |= {file.name for file in earlier.documents[ordinal - 1].files}
    for finding in earlier.findings:
        if finding.place not in names and (finding.document not in by_ordinal or finding.place in kept):
            yield finding


def _same(
    document: DeliveredDocument, sent: Sequence[DeliveredDocument], earlier: Sequence[DeliveredDocument]
) -> int:
    """Return the ordinal of the earlier document this one is, 0 when it is none of them."""
    for names in _MARKS:
        mark = _mark(document, names)
        if not any(mark) or sum(_mark(one, names) == mark for one in sent) != 1:
            continue
        found = [ordinal for ordinal, one in enumerate(earlier, 1) if _mark(one, names) == mark]
        if len(found) == 1:
            return found[0]
    return 0


def _mark(document: DeliveredDocument, names: Sequence[str]) -> tuple[str, ...]:
    fields = canonical(document.fields)
    values = tuple(fields.get(name, "").strip().casefold() for name in names)
    return values if all(values) else ("",)
