"""A delivery laid open: its description as the sender gave it, its documents, and what was made of each file.

It is shown only once the last look for signs of secrecy found none, never of a refused delivery, and as long as its
bytes are in quarantine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from archive.register.models import Submission, SubmissionKind, SubmissionState
from archive.viewer import Access
from ingest import quarantine
from ingest.access import of_delivery
from ingest.checks.fields import DAYS, TITLES, canonical, first_of
from ingest.delivery import DeliveredDocument, DeliveredFile, Delivery, FileFacts, SignatureFacts
from ingest.formats.derivative import Derivative
from ingest.formats.names import name_of
from ingest.mending.sheet import LABELS
from ingest.steps.look import AllFacts
from ingest.steps.normalise import Derivatives
from ingest.steps.step import Work

OPEN_AFTER: Mapping[str, str] = {SubmissionKind.EDXML: "gather"}
"""Kind of submission -> step after which it may be shown; a case file's is `check`."""
NEVER_SHOWN = frozenset({SubmissionState.REFUSED, SubmissionState.STORED, SubmissionState.NOTED})
"""Refused: secret, infected or not ours. Stored: the case file shows it."""


@dataclass(frozen=True)
class Said:
    """A field as it was sent, with the law's Vietnamese name."""

    name: str
    label: str
    value: str


@dataclass(frozen=True)
class ShownFile:
    """One file of a document.

    Attributes:
        position: from 1.
        format: as people call it; "" when it is not known.
        pages: None when the format has none or it could not be told.
        derivative: its verified PDF/A; None before it is made, and when there is none.
        fit: the original may be downloaded: it can be opened, and holds no program and no macro.
    """

    position: int
    name: str
    format: str
    size: int
    sha256: str
    path: Path
    pages: int | None
    signatures: tuple[SignatureFacts, ...]
    derivative: Derivative | None
    fit: bool


@dataclass(frozen=True)
class ShownDocument:
    """One document.

    Attributes:
        title: what it is about; "" when the sender did not say.
        number: number and notation as cited, "31/QĐ-UBND"; "" when neither was said.
        issued: the day as the sender wrote it.
        fields: everything said of it that has a value.
    """

    ordinal: int
    title: str
    number: str
    issued: str
    type_name: str
    organ_name: str
    fields: tuple[Said, ...]
    files: tuple[ShownFile, ...]

    @property
    def heading(self) -> str:
        """Return type and number as they are cited."""
        return " ".join(part for part in (self.type_name, f"số {self.number}" if self.number else "") if part)


@dataclass(frozen=True)
class Contents:
    """A whole delivery.

    Attributes:
        access: the code its own and its documents' use modes make (`ingest.access`).
        normalised: the PDF/A were made, so that one that is not there is missed.
    """

    fields: tuple[Said, ...]
    documents: tuple[ShownDocument, ...]
    access: Access
    normalised: bool

    def file(self, ordinal: int, position: int) -> ShownFile | None:
        """Return a file by its numbers; None when there is none."""
        if not 1 <= ordinal <= len(self.documents):
            return None
        files = self.documents[ordinal - 1].files
        return files[position - 1] if 1 <= position <= len(files) else None


def contents_of(submission: Submission) -> Contents | None:
    """Return what the delivery holds; None when that may not be shown, not yet, or not any more."""
    if submission.state in NEVER_SHOWN or not _looked_at(submission):
        return None
    folder = quarantine.folder(submission.id) / "work"
    work = Work(
        submission.id,
        submission.agency_code,
        submission.kind,
        "",
        submission.received_at,
        quarantine.raw(submission.id),
        folder,
        {},
    )
    delivery = work.find("delivery", Delivery)
    if delivery is None:
        return None
    return laid_open(delivery, work.find("facts", AllFacts) or {}, work.find("derivatives", Derivatives))


def _looked_at(submission: Submission) -> bool:
    """Say whether the last look for secrecy is over: its step is recorded, or what only follows it.

    A delivery whose errors wait for an archivist stands at that step without its being recorded; nothing else waits for
    a decision, and a person returns nothing else.
    """
    done = {step.step for step in submission.steps}
    by_person = bool(submission.decided_by) and not submission.decided_by.startswith("system:")
    return (
        OPEN_AFTER.get(submission.kind, "check") in done
        or submission.state == SubmissionState.TO_DECIDE
        or (submission.state == SubmissionState.RETURNED and by_person)
    )


def laid_open(
    delivery: Delivery, facts: Mapping[str, FileFacts], derivatives: Mapping[str, Derivative] | None
) -> Contents:
    """Return a delivery as it is shown.

    Args:
        facts: of the files, by SHA-256.
        derivatives: of the files, by SHA-256; None before they are made.
    """
    made = derivatives or {}
    return Contents(
        fields_said(delivery.fields),
        tuple(_document(ordinal, one, facts, made) for ordinal, one in enumerate(delivery.documents, 1)),
        of_delivery(delivery),
        derivatives is not None,
    )


def _document(
    ordinal: int,
    document: DeliveredDocument,
    facts: Mapping[str, FileFacts],
    derivatives: Mapping[str, Derivative],
) -> ShownDocument:
    said = canonical(document.fields)
    number = "/".join(part for part in (said.get("CodeNumber", ""), said.get("CodeNotation", "")) if part)
    return ShownDocument(
        ordinal,
        first_of(said, TITLES),
        number,
        first_of(said, DAYS),
        said.get("TypeName", ""),
        said.get("OrganName", ""),
        fields_said(document.fields),
        tuple(
            _file(position, file, facts.get(file.sha256), derivatives.get(file.sha256))
            for position, file in enumerate(document.files, 1)
        ),
    )


def _file(
    position: int, file: DeliveredFile, facts: FileFacts | None, derivative: Derivative | None
) -> ShownFile:
    return ShownFile(
        position=position,
        name=file.name,
        format=name_of(facts) if facts else "",
        size=file.size,
        sha256=file.sha256,
        path=file.path,
        pages=facts.pages if facts else None,
        signatures=facts.signatures if facts else (),
        derivative=derivative,
        fit=facts is not None and facts.problem is None and not (facts.programs or facts.macros),
    )


def fields_said(fields: Mapping[str, str]) -> tuple[Said, ...]:
    """Return what a description says, with the law's name of each field; empty fields are left out."""
    return tuple(
        Said(name, _label(name), value) for name, value in canonical(fields).items() if value.strip()
    )


def _label(name: str) -> str:
    """Return the law's name of a field; of `X.code` that it is the code TT 05/2025 writes for X."""
    field, dot, _code = name.partition(".code")
    return f"{LABELS.get(field, field)} (mã)" if dot else LABELS.get(name, name)
