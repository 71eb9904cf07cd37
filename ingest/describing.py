"""Describe a stored case file anew: the words are checked by the rules its delivery was checked by.

Only what describes may be said otherwise (`DESCRIBABLE`). What identifies the case file, counts its documents or says
how long it is kept is decided elsewhere; that an archivist may correct these fields at all is our own rule. So is
that the use mode stays or becomes stricter here: nobody approves what they proposed (design section 10), and the way
that asks a second person for opening a case file is not built.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive import describing
from archive.errors import ArchiveError, NotFoundError
from archive.packages.facts import PackageFacts
from archive.reason import because
from archive.register.models import Agency, CaseFile, Package, Record
from archive.register.session import reading
from archive.stores.interface import Store
from archive.vietnam import day_of
from archive.viewer import Access, Role, Viewer
from ingest.access import loosens, strictest
from ingest.checks import description, secrets
from ingest.checks.case import case_of
from ingest.checks.catalogue import rule
from ingest.checks.regime import tables_of
from ingest.delivery import Delivery
from ingest.finding import Finding, Severity
from ingest.profiles.load import profile_for

DESCRIBABLE = (
    "Title",
    "Rights",
    "Keyword",
    "Language",
    "Format",
    "ConfidenceLevel",
    "InforSign",
    "Description",
)
"""Fields of a case file an archivist may correct, TT 02/2019 short names."""


@dataclass(frozen=True)
class Described:
    """What came of it.

    Attributes:
        package: the new version's name; "" when findings were against it.
        version: its number.
        findings: what the rules say of the changed fields, those that only warn too.
    """

    package: str
    version: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Now:
    """How a case file is described now.

    Attributes:
        version: its newest package's.
    """

    fields: Mapping[str, str]
    version: int


def described_now(session: Session, case_file_id: str, *, viewer: Viewer) -> Now:
    """Return how a case file is described, for an archivist of its agency.

    Raises:
        NotFoundError: no such case file.
        NotAllowedError: the viewer is no archivist there.
    """
    row = session.get(CaseFile, case_file_id)
    if row is None:
        raise NotFoundError(because("archive.no-file", file=case_file_id))
    viewer.require(Role.ARCHIVIST, row.agency_code)
    version = session.scalar(select(func.max(Package.version)).where(Package.case_file_id == row.id))
    return Now(dict(row.description), version or 0)


def described_then(session: Session, case_file_id: str, version: int, *, viewer: Viewer) -> PackageFacts:
    """Return how an earlier version described it, without documents, for an archivist of its agency.

    Raises:
        NotFoundError: no such case file or version.
        NotAllowedError: the viewer is no archivist there.
        TemporaryError: no store gives it now.
    """
    described_now(session, case_file_id, viewer=viewer)
    return describing.described_by(session, case_file_id, version)


def describe(
    case_file_id: str,
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
        said: what to say otherwise, by short name; others stay. A name that is not in DESCRIBABLE is refused.
        reason: why; kept in the package.
        viewer: an archivist of its agency.
        now: aware time.
        based_on: the version that was seen; 0: the newest.
        places: stores to use instead of the configured ones.

    Raises:
        As `archive.describing.describe`; NotFoundError for a field that cannot be described anew; ArchiveError for a
        looser use mode.
    """
    only_these(said, DESCRIBABLE)
    with reading() as session:
        before = described_now(session, case_file_id, viewer=viewer)
        changed = otherwise(before.fields, said, DESCRIBABLE)
        fields = with_these(before.fields, said, changed)
        row = session.get_one(CaseFile, case_file_id)
        access = _access(session, row, fields, changed)
        was, says = before.fields.get("Rights", ""), fields.get("Rights", "")
        if "Rights" in changed and loosens(Access(row.access), was, access, says):
            raise ArchiveError(because("ingest.describe-looser"))
        findings = tuple(_findings(session, row, fields, changed, now))
        title = fields.get("Title", "")
    if any(rule(finding.code).severity is not Severity.WARNING for finding in findings):
        return Described("", before.version, findings)
    new = describing.Redescription(fields, title, access.value, changed, reason, based_on or before.version)
    name = describing.describe(case_file_id, new, viewer=viewer, now=now, places=places)
    return Described(name, int(name[-8:-4]), findings)


def only_these(said: Mapping[str, str], known: Sequence[str]) -> None:
    """Pass when every field said otherwise may be.

    Raises:
        NotFoundError: one may not.
    """
    for name in said:
        if name not in known:
            raise NotFoundError(because("ingest.describe-field", field=name, known=", ".join(known)))


def otherwise(before: Mapping[str, str], said: Mapping[str, str], known: Sequence[str]) -> tuple[str, ...]:
    """Return which of these fields are said otherwise than before."""
    return tuple(
        name for name in known if said.get(name, before.get(name, "")).strip() != before.get(name, "").strip()
    )


def with_these(before: Mapping[str, str], said: Mapping[str, str], changed: Sequence[str]) -> dict[str, str]:
    """Return the whole description with the changed fields; those that say nothing now fall away."""
    fields = dict(before)
    for name in changed:
        fields.pop(f"{name}.code", None)  # the code it came with says the old word
        fields[name] = said[name].strip()
    return {name: value for name, value in fields.items() if value or name not in changed}


def _findings(
    session: Session, row: CaseFile, fields: Mapping[str, str], changed: Sequence[str], now: datetime
) -> list[Finding]:
    agency = session.get_one(Agency, row.agency_code)
    profile = profile_for(agency.code, agency.level1, row.end_date, chosen=agency.profile)
    delivery = Delivery(
        standard=tables_of(row.end_date),
        objid="",
        record_status="SUPPLEMENT",
        agreement="",
        sender_code=agency.code,
        fields=fields,
        documents=(),
    )
    case = case_of(delivery, {}, profile=profile, agency_code=agency.code, today=day_of(now))
    about = {f"case file / {name}" for name in changed}
    found = [*description.check(case), *secrets.check(case)]
    return [finding for finding in found if finding.place in about]


def _access(session: Session, row: CaseFile, fields: Mapping[str, str], changed: Sequence[str]) -> Access:
    """Return the access code that follows; a document's stricter word is not lost."""
    if "Rights" not in changed:
        return Access(row.access)
    modes = []
    for said in session.scalars(select(Record.description).where(Record.case_file_id == row.id)):
        modes += [mode for mode in (said.get("Mode", "") or said.get("Rights", ""),) if mode]
    return strictest([fields.get("Rights", ""), *modes])
