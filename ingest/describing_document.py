"""Describe one document of a stored case file anew: the words are checked as at receipt, and kept as a later version.

What a document is (its codes, its place, its pages, its period) is decided elsewhere; whatever else describes it may be
corrected by an archivist, its number and day too, which scans are often entered with wrongly (our own rule). The rules
of receipt that look at words are asked again, and told where they find something they did not find before. Rules that
look into the files are not: whether an abstract stands on the first page, for one. As for a case file, the use mode
stays or becomes stricter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive import describing
from archive.errors import ArchiveError, NotFoundError
from archive.packages.facts import RecordFacts
from archive.reason import because
from archive.register.models import Agency, CaseFile, ComponentRole, Package, Record
from archive.register.session import reading
from archive.stores.interface import Store
from archive.vietnam import day_of
from archive.viewer import Access, Role, Viewer
from ingest.access import loosens, strictest
from ingest.checks import abstract, description, duplicates, exchange, province, secrets
from ingest.checks.case import Case, case_of
from ingest.checks.catalogue import rule
from ingest.checks.fields import TABLES, Field, kind_of
from ingest.checks.known import known_to
from ingest.checks.regime import tables_of
from ingest.cited import cited
from ingest.delivery import DeliveredDocument, DeliveredFile, Delivery
from ingest.describing import Described, described_now, only_these, otherwise, with_these
from ingest.finding import Finding, Severity
from ingest.profiles.load import profile_for

CHECKS: tuple[Callable[[Case], Iterator[Finding]], ...] = (
    description.check,
    secrets.check,
    province.check,
    abstract.check,
    exchange.check,
)
"""The rules of receipt that look at a document's words, beside what is here already (`duplicates`)."""
FIXED = frozenset(
    {
        "DocCode",
        "FileCode",
        "Identifier",
        "OrganId",
        "FileCatalog",
        "FileNotation",
        "DocOrdinal",
        "PageAmount",
        "ArcDocCode",
        "ArchivesNumber",
        "Maintenance",
        "PicType",
        "MediaType",
    }
)
"""Fields of a document that are not described anew: what identifies it, what is counted, how long it is kept."""


@dataclass(frozen=True)
class DocumentNow:
    """How a document is described now.

    Attributes:
        rows: the fields that may be described anew, of the table for what it is.
        version: of the case file's newest package.
    """

    record_id: str
    ordinal: int
    title: str
    fields: Mapping[str, str]
    rows: tuple[Field, ...]
    version: int

    @property
    def describable(self) -> tuple[str, ...]:
        """Return the short names of those fields."""
        return tuple(row.short for row in self.rows)


def document_now(session: Session, case_file_id: str, record_id: str, *, viewer: Viewer) -> DocumentNow:
    """Return how a document is described, for an archivist of its agency.

    Raises:
        NotFoundError: no such case file, or the document is not of it.
        NotAllowedError: the viewer is no archivist there.
    """
    case_file, record = _found(session, case_file_id, record_id, viewer)
    version = session.scalar(select(func.max(Package.version)).where(Package.case_file_id == case_file.id))
    fields = dict(record.description)
    rows = tuple(row for row in TABLES[kind_of(fields)] if row.short not in FIXED)
    return DocumentNow(record.id, record.ordinal, record.subject or record.code, fields, rows, version or 0)


def numbered(case_file_id: str, ordinal: int, *, viewer: Viewer) -> str:
    """Return the id of the document with this number, for an archivist of its agency; opens a session of its own.

    Raises:
        NotFoundError: no such case file, or it has no document of that number.
        NotAllowedError: the viewer is no archivist there.
    """
    with reading() as session:
        described_now(session, case_file_id, viewer=viewer)
        query = select(Record.id).where(Record.case_file_id == case_file_id, Record.ordinal == ordinal)
        found = session.scalar(query)
    if found is None:
        raise NotFoundError(because("archive.no-document", record=ordinal))
    return found


def document_then(
    session: Session, case_file_id: str, record_id: str, version: int, *, viewer: Viewer
) -> RecordFacts | None:
    """Return how a version described it, for an archivist of its agency; None when it said nothing of it.

    Raises:
        NotFoundError: no such case file, document or version.
        NotAllowedError: the viewer is no archivist there.
        TemporaryError: no store gives it now.
    """
    _, record = _found(session, case_file_id, record_id, viewer)
    return describing.document_described_by(session, case_file_id, version, record.ordinal)


def describe_document(
    case_file_id: str,
    record_id: str,
    said: Mapping[str, str],
    *,
    reason: str,
    viewer: Viewer,
    now: datetime,
    based_on: int = 0,
    places: Sequence[Store] | None = None,
) -> Described:
    """Check the new words and, when no rule is against them, keep a later version with them.

    Args:
        case_file_id: of the case file.
        record_id: of the document.
        said: what to say otherwise, by short name; others stay. A field that is fixed, or of another kind of
            document, is refused.
        reason: why; kept in the package.
        viewer: an archivist of its agency.
        now: aware time.
        based_on: the version that was seen; 0: the newest.
        places: stores to use instead of the configured ones.

    Raises:
        As `archive.describing.describe`; NotFoundError for a field that cannot be described anew; ArchiveError for a
        looser use mode.
    """
    with reading() as session:
        before = document_now(session, case_file_id, record_id, viewer=viewer)
        only_these(said, before.describable)
        changed = otherwise(before.fields, said, before.describable)
        fields = with_these(before.fields, said, changed)
        case_file = session.get_one(CaseFile, case_file_id)
        access = _access(case_file, before, fields, changed)
        findings = tuple(_new_findings(session, case_file, before, fields, changed, day_of(now)))
        document = _facts(session.get_one(Record, record_id), before.fields, fields)
        case_fields, title = dict(case_file.description), case_file.title
    if any(rule(finding.code).severity is not Severity.WARNING for finding in findings):
        return Described("", before.version, findings)
    new = describing.Redescription(
        case_fields, title, access.value, changed, reason, based_on or before.version, document
    )
    name = describing.describe(case_file_id, new, viewer=viewer, now=now, places=places)
    return Described(name, int(name[-8:-4]), findings)


def _found(session: Session, case_file_id: str, record_id: str, viewer: Viewer) -> tuple[CaseFile, Record]:
    case_file = session.get(CaseFile, case_file_id)
    if case_file is None:
        raise NotFoundError(because("archive.no-file", file=case_file_id))
    viewer.require(Role.ARCHIVIST, case_file.agency_code)
    record = session.get(Record, record_id)
    if record is None or record.case_file_id != case_file.id:
        raise NotFoundError(because("archive.no-document", record=record_id))
    return case_file, record


def _facts(record: Record, before: Mapping[str, str], fields: Mapping[str, str]) -> RecordFacts:
    was, will = vars(cited(before)), vars(cited(fields))
    said = {name: value if value != was[name] else getattr(record, name) for name, value in will.items()}
    return RecordFacts(
        id=record.id,
        ordinal=record.ordinal,
        code=record.code,
        **said,
        pages=record.pages,
        description=dict(fields),
        components=(),
    )


def _access(
    case_file: CaseFile, before: DocumentNow, fields: Mapping[str, str], changed: Sequence[str]
) -> Access:
    """Return the access code of the case file that follows from the document's use mode.

    Raises:
        ArchiveError: the document, or the case file, would be opened further.
    """
    held = Access(case_file.access)
    if "Mode" not in changed:
        return held
    of_case = str(case_file.description.get("Rights", ""))
    modes = [
        mode for one in case_file.records if one.id != before.record_id and (mode := _mode(one.description))
    ]
    after = strictest([of_case, *modes, *filter(None, [_mode(fields)])])
    # A document that says nothing takes the case file's.
    if loosens(held, _mode(before.fields) or of_case, after, _mode(fields) or of_case):
        raise ArchiveError(because("ingest.describe-looser"))
    return after


def _mode(fields: Mapping[str, str]) -> str:
    return fields.get("Mode", "") or fields.get("Rights", "")


def _new_findings(
    session: Session,
    case_file: CaseFile,
    before: DocumentNow,
    fields: Mapping[str, str],
    changed: Sequence[str],
    today: date,
) -> Iterator[Finding]:
    """Yield what the rules find in the changed fields, and elsewhere in the document what they did not find before."""
    record = session.get_one(Record, before.record_id)
    was = {(one.code, one.place) for one in _findings(session, case_file, record, before.fields, today)}
    about = {f"document {record.ordinal} / {name}" for name in changed}
    for finding in _findings(session, case_file, record, fields, today):
        if finding.place in about or (finding.code, finding.place) not in was:
            yield finding


def _findings(
    session: Session, case_file: CaseFile, record: Record, fields: Mapping[str, str], today: date
) -> Iterator[Finding]:
    """Yield what the rules say of the document, described so."""
    agency = session.get_one(Agency, case_file.agency_code)
    files = tuple(
        DeliveredFile(one.name, Path(one.path), one.size, one.sha256)
        for one in record.components
        if one.role == ComponentRole.ORIGINAL
    )
    delivery = Delivery(
        standard=tables_of(case_file.end_date),
        objid="",
        record_status="NEW",  # so that it is held against the other documents of its own case file, too
        agreement="",
        sender_code=agency.code,
        fields=dict(case_file.description),
        documents=(DeliveredDocument("", fields, files),),
    )
    profile = profile_for(agency.code, agency.level1, case_file.end_date, chosen=agency.profile)
    case = case_of(delivery, {}, profile=profile, agency_code=agency.code, today=today)
    for check in CHECKS:
        yield from _of_document(check(case), record.ordinal)
    known = known_to(session, delivery, agency_code=agency.code)
    yield from _of_document(duplicates.check(case, known), record.ordinal)


def _of_document(findings: Iterable[Finding], ordinal: int) -> Iterator[Finding]:
    """Yield the findings about the one document that was looked at, under the number it has in its case file."""
    for one in findings:
        if one.document:
            place = re.sub(r"\Adocument 1\b", f"document {ordinal}", one.place)
            yield replace(one, place=place, document=ordinal)
