"""Package: one AIP with every original, its PDF/A, its words, the source messages and all that was done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import PurePosixPath
from uuid import UUID, uuid5

from sqlalchemy import select

from archive.ledger.event import Verb
from archive.naming import assigned_document_code, package_name, safe_name
from archive.packages.facts import (
    ComponentFacts,
    PackageFacts,
    RecordFacts,
    WrittenPackage,
)
from archive.packages.writer import write
from archive.reason import because
from archive.register.models import Agency, ComponentRole, Fonds
from archive.register.session import reading
from archive.settings import ArchiveSettings
from ingest.access import of_delivery
from ingest.checks.dates import parse_date
from ingest.checks.fields import canonical, first_of
from ingest.checks.regime import regime_of
from ingest.cited import cited
from ingest.delivery import DeliveredDocument, DeliveredFile, Delivery, FileFacts
from ingest.errors import IngestError
from ingest.formats.derivative import Derivative
from ingest.formats.media import told
from ingest.naming import assigned_file_code, case_file_id_of
from ingest.signatures.told import told_of
from ingest.steps.derived import of_derivative
from ingest.steps.documentation import documentation_of
from ingest.steps.events import events_of
from ingest.steps.look import AllFacts
from ingest.steps.normalise import Derivatives, Kept
from ingest.steps.step import Note, Outcome, Work


def pack(work: Work, now: datetime) -> Outcome:
    """Write `package.zip` and `package.json` (its facts) into the work folder."""
    delivery = work.load("delivery", Delivery)
    facts = describe(work, delivery, now)
    written = write(facts, work.folder / "package.zip", schemas=ArchiveSettings.load().tools_home / "schemas")
    work.save("package", facts, PackageFacts)
    work.save("written", written, WrittenPackage)
    return Outcome(
        result={"name": facts.name, "sha256": written.sha256, "size": written.size, "at": now.isoformat()},
        notes=(Note(Verb.PACKAGE, {"name": facts.name, "size": written.size}, after=written.sha256),),
    )


def describe(work: Work, delivery: Delivery, now: datetime) -> PackageFacts:
    """Return everything the package will say. Identifiers follow from the submission, so a second run agrees.

    Raises:
        IngestError: the agency has no fonds, or the description no dates.
    """
    seed = UUID(work.submission_id)
    fields = canonical(delivery.fields)
    facts = work.load("facts", AllFacts)
    derivatives = work.load("derivatives", Derivatives)
    kept = work.find("kept", Kept) or {}
    with reading() as session:
        agency = session.get_one(Agency, work.agency_code)
        fonds = session.scalar(select(Fonds).where(Fonds.agency_code == agency.code).order_by(Fonds.code))
    if fonds is None:
        raise IngestError(because("ingest.no-fonds", agency=agency.code))
    started, ended = parse_date(fields.get("StartDate", "")), parse_date(fields.get("EndDate", ""))
    if started is None or ended is None:
        raise IngestError(because("ingest.no-dates"))
    # A code is missing only where the regulation knows none; any other case file went back for it.
    code = fields.get("FileCode") or assigned_file_code(agency.code, started.year, work.submission_id)
    records = tuple(
        _record(seed, code, ordinal, document, facts, derivatives, kept)
        for ordinal, document in enumerate(delivery.documents, 1)
    )
    return PackageFacts(
        objid=f"urn:{fonds.code}:uuid:{str(uuid5(seed, 'aip')).upper()}",
        name=package_name(agency.profile or "khac", agency.code, ended.year, code, version=1),
        version=1,
        made_at=now.astimezone(UTC).replace(microsecond=0),
        case_file_id=case_file_id_of(work.submission_id),
        submission_id=work.submission_id,
        agency_code=agency.code,
        agency_name=agency.name,
        fonds_code=fonds.code,
        code=code,
        title=fields.get("Title", ""),
        regime=regime_of(ended),
        access=of_delivery(delivery),
        start_date=started,
        end_date=ended,
        maintenance=fields.get("Maintenance", ""),
        total_docs=len(records),
        total_pages=sum(record.pages for record in records),
        description=dict(fields),
        records=records,
        events=tuple(events_of(work, records, now)),
        documentation=tuple(documentation_of(work, delivery, records)),
    )


def _record(
    seed: UUID,
    file_code: str,
    ordinal: int,
    document: DeliveredDocument,
    facts: AllFacts,
    derivatives: Derivatives,
    kept: Kept,
) -> RecordFacts:
    fields = canonical(document.fields)
    components: list[ComponentFacts] = []
    pages = 0
    for position, file in enumerate(document.files, 1):
        made = _made(facts[file.sha256], file, derivatives, kept)
        pages += made.pages if made else 0
        components.extend(_components(seed, f"{ordinal:04d}", position, file, facts, derivatives, kept))
    return RecordFacts(
        id=str(uuid5(seed, f"record {ordinal}")),
        ordinal=ordinal,
        code=first_of(fields, ("DocCode", "ArchivesNumber")) or assigned_document_code(file_code, ordinal),
        **vars(cited(fields)),
        pages=pages,
        description=dict(fields),
        components=tuple(components),
    )


def _components(
    seed: UUID,
    folder: str,
    position: int,
    file: DeliveredFile,
    facts: AllFacts,
    derivatives: Derivatives,
    kept: Kept,
) -> Iterator[ComponentFacts]:
    fact = facts[file.sha256]
    made = _made(fact, file, derivatives, kept)
    stem = f"{position:02d}-{PurePosixPath(safe_name(file.name)).stem}"
    original = str(uuid5(seed, f"original {folder} {position}"))
    signatures = [told_of(one) for one in fact.signatures]
    yield ComponentFacts(
        id=original,
        role=ComponentRole.ORIGINAL,
        name=file.name,
        path=f"representations/original/data/{folder}/{position:02d}-{safe_name(file.name)}",
        media_type=fact.media_type,
        puid=fact.puid,
        size=file.size,
        sha256=file.sha256,
        facts={"signatures": signatures, "pages": fact.pages}
        | ({"kept": _why_kept(fact, kept.get(file.sha256, ""))} if made is None else {})
        | ({"signs": fact.signs} if fact.signs else {}),
        source=file.path,
    )
    if made is None:
        return
    yield from of_derivative(
        made,
        of=original,
        ids=(str(uuid5(seed, f"pdfa {folder} {position}")), str(uuid5(seed, f"text {folder} {position}"))),
        name=PurePosixPath(file.name).stem,
        place=f"{folder}/{stem}",
    )


def _made(fact: FileFacts, file: DeliveredFile, derivatives: Derivatives, kept: Kept) -> Derivative | None:
    """Return the file's PDF/A; None for what is kept as it came, and for nothing else."""
    if fact.signs:
        return None
    as_it_came = file.sha256 in kept or fact.media is not None
    return derivatives.get(file.sha256) if as_it_came else derivatives[file.sha256]


def _why_kept(fact: FileFacts, why: str) -> str:
    """Return why it is kept as it came; deliveries normalised before this was written down had two reasons only."""
    return why or ("detached signature" if fact.signs else told(fact.media) if fact.media else "")
