"""What the register already holds that a delivery may clash with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from archive.register.agreements import DueFile
from archive.register.models import CaseFile, Component, ComponentRole, Record
from ingest.checks.dates import parse_date
from ingest.checks.duplicates import Known, KnownDocument
from ingest.checks.fields import canonical
from ingest.delivery import Delivery

_BATCH = 400  # values in one IN (...), below every database's limit


def known_to(session: Session, delivery: Delivery, *, agency_code: str, submission_id: str = "") -> Known:
    """Return the agency's stored case file with this code, documents that share an id, number or bytes, its case list.

    Args:
        session: of the register, read only.
        delivery: what arrived.
        agency_code: the sending agency; others' case files are not looked at.
        submission_id: this delivery's own; a step that runs again must not clash with itself.
    """
    fields = canonical(delivery.fields)
    code = fields.get("FileCode", "")
    mine = (CaseFile.agency_code == agency_code, CaseFile.submission_id != submission_id)
    file_codes = (
        session.scalars(select(CaseFile.code).where(*mine, CaseFile.code == code)).all() if code else []
    )

    documents = [canonical(document.fields) for document in delivery.documents]
    codes = sorted({d["DocCode"] for d in documents if d.get("DocCode")})
    numbers = sorted({d["CodeNumber"] for d in documents if d.get("CodeNumber")})
    hashes = sorted({document.files[0].sha256 for document in delivery.documents if document.files})
    days = [day for d in documents if (day := parse_date(d.get("IssuedDate", "")))]

    found: dict[str, Record] = {}
    files: dict[str, str] = {}
    base = select(Record, CaseFile.code).join(CaseFile, Record.case_file_id == CaseFile.id).where(*mine)
    clashes: list[ColumnElement[bool]] = [Record.code.in_(part) for part in _parts(codes)]
    if days:
        years = Record.issued_on.between(date(min(days).year, 1, 1), date(max(days).year, 12, 31))
        clashes += [and_(years, Record.number.in_(part)) for part in _parts(numbers)]
    for part in _parts(hashes):
        same = select(Component.record_id).where(
            Component.sha256.in_(part), Component.role == ComponentRole.ORIGINAL
        )
        clashes.append(Record.id.in_(same))
    for clash in clashes:
        for record, file_code in session.execute(base.where(clash)):
            found[record.id], files[record.id] = record, file_code
    documents_known = tuple(_known(record, files[record.id]) for record in found.values())
    return Known(frozenset(file_codes), documents_known, _listed(session, agency_code))


def _listed(session: Session, agency_code: str) -> frozenset[str] | None:
    """Return the file codes on an agency's list of due files (`ingest.duelists`); None when it never had one."""
    lines = select(DueFile.code, DueFile.withdrawn_at).where(DueFile.agency_code == agency_code)
    rows = session.execute(lines).all()
    return frozenset(code for code, withdrawn in rows if withdrawn is None) if rows else None


def _parts(values: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(values), _BATCH):
        yield values[start : start + _BATCH]


def _known(record: Record, file_code: str) -> KnownDocument:
    return KnownDocument(
        file_code,
        record.code,
        record.organ_name,
        record.number,
        record.notation,
        record.issued_on,
        frozenset(c.sha256 for c in record.components if c.role == ComponentRole.ORIGINAL),
    )
