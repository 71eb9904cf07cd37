"""The kept files a plan speaks of, and which case files of theirs cannot be touched now."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, aliased

from archive.holds import held as held_on
from archive.reason import Reason, because
from archive.register.decisions import Order, OrderItem
from archive.register.models import (
    Agency,
    CaseFile,
    CaseFileState,
    Component,
    ComponentRole,
    Copy,
    CopyState,
    Package,
    Record,
)
from archive.register.preservation import STATES_MADE, PreservationItem
from archive.underway import still_named
from archive.vietnam import day_of
from ingest.delivery import FileFacts
from ingest.formats.flavour import TARGETS
from ingest.formats.policy import Policy, Rule, policy_for
from ingest.migration.plan import Wanted
from ingest.settings import IngestSettings

PAGE = 1000
FLAVOURS: Mapping[str, str] = {target.puid: flavour for flavour, target in TARGETS.items()}


@dataclass(frozen=True)
class Chosen:
    """An original that is to get a derivative made anew.

    Attributes:
        document: ordinal of its record.
        flavour: of the derivative it has; "" when it has none.
    """

    case_file_id: str
    code: str
    agency_code: str
    access: str
    document: int
    original_id: str
    derivative_id: str
    puid: str
    media_type: str
    size: int
    flavour: str


def chosen(
    session: Session, wanted: Wanted, *, agency_code: str = "", case_file_id: str = ""
) -> Iterator[Chosen]:
    """Yield what is chosen among the case files in the vault, case file by case file.

    A detached signature has no pages and is never chosen.

    Args:
        session: on the register; kept open while it is walked through.
        wanted: what is asked for.
        agency_code: whose; "" for all.
        case_file_id: of one case file only.
    """
    original, derivative = aliased(Component), aliased(Component)
    paired = and_(
        derivative.record_id == original.record_id,
        derivative.role == ComponentRole.PDFA,
        derivative.facts["of"].as_string() == original.id,
    )
    query = (
        select(
            CaseFile.id,
            CaseFile.code,
            CaseFile.agency_code,
            CaseFile.access,
            Record.ordinal,
            original.id,
            derivative.id,
            original.puid,
            original.media_type,
            original.size,
            derivative.puid,
        )
        .join(Record, Record.case_file_id == CaseFile.id)
        .join(original, original.record_id == Record.id)
        .outerjoin(derivative, paired)
        .where(
            CaseFile.state == CaseFileState.STORED,
            original.role == ComponentRole.ORIGINAL,
            original.facts["signs"].as_string().is_(None),
            *_conditions(wanted, original, derivative),
        )
        .order_by(CaseFile.id, Record.ordinal, original.path)
    )
    if agency_code:
        query = query.where(CaseFile.agency_code == agency_code)
    if case_file_id:
        query = query.where(CaseFile.id == case_file_id)
    for row in session.execute(query.execution_options(yield_per=PAGE)):
        yield Chosen(
            row[0], row[1], row[2], row[3], row[4], row[5], row[6] or "", row[7], row[8], row[9],
            FLAVOURS.get(row[10] or "", ""),
        )  # fmt: skip


def _conditions(
    wanted: Wanted, original: type[Component], derivative: type[Component]
) -> Iterator[ColumnElement[bool]]:
    if wanted.puid:
        yield original.puid == wanted.puid
    if wanted.flavour:
        yield derivative.puid == TARGETS[wanted.flavour].puid
    if wanted.tool:
        noted = derivative.facts[("tools", wanted.tool)].as_string()
        yield (
            noted.startswith(wanted.tool_version, autoescape=True)
            if wanted.tool_version
            else noted.is_not(None)
        )


class Policies:
    """The format policy of each agency, looked up once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[str, Policy] = {}

    def of(self, agency_code: str) -> Policy:
        """Return what holds for an agency now."""
        if agency_code not in self._known:
            agency = self._session.get(Agency, agency_code)
            profile = (agency.profile or "") if agency is not None else ""
            own = IngestSettings.load().format_policy
            self._known[agency_code] = policy_for(profile, agency_code, own=own)
        return self._known[agency_code]

    def rule_for(self, one: Chosen) -> Rule | None:
        """Return the rule for a kept original; None: nothing is said of its format."""
        return self.of(one.agency_code).rule_for(FileFacts("", one.puid, one.media_type, ()))

    def refusal(self, one: Chosen) -> Reason | None:
        """Return why the policy makes no derivative of it today; None when it does."""
        rule = self.rule_for(one)
        if rule is None or rule.action == "keep":
            return because("ingest.no-way", type=one.media_type, puid=one.puid)
        if rule.action == "refuse":
            return because("ingest.policy-refuses", format=rule.title, vi=rule.why_vi, en=rule.why_en)
        return None


def barred(session: Session, ids: Collection[str]) -> dict[str, tuple[Reason, ...]]:
    """Return which of these stored case files cannot be touched now, and why, as far as the register knows."""
    found: dict[str, list[Reason]] = {}
    codes = dict(session.execute(select(CaseFile.id, CaseFile.code).where(CaseFile.id.in_(ids))).all())
    orders = (
        select(OrderItem.case_file_id, Order.document_number)
        .join(Order, Order.id == OrderItem.order_id)
        .where(OrderItem.case_file_id.in_(ids), still_named())
    )
    for id, number in session.execute(orders):
        found.setdefault(id, []).append(because("ingest.migration-ordered", file=codes[id], number=number))
    whole = (
        select(Package.case_file_id, Package.version)
        .join(Copy, Copy.package_id == Package.id)
        .where(Package.case_file_id.in_(ids), Copy.state == CopyState.VERIFIED)
    )
    good = {(id, version) for id, version in session.execute(whole)}
    for id, version in holding_documents(session, ids).items():
        if (id, version) not in good:
            found.setdefault(id, []).append(because("ingest.migration-damaged", file=codes[id]))
    return {id: tuple(reasons) for id, reasons in found.items()}


def holding_documents(session: Session, ids: Collection[str]) -> dict[str, int]:
    """Return for each case file the newest version that holds its documents: the first, or one a plan made."""
    made = (
        select(PreservationItem.case_file_id, func.max(PreservationItem.version))
        .join(Package, Package.name == PreservationItem.package_name)
        .where(PreservationItem.case_file_id.in_(ids), PreservationItem.state.in_(STATES_MADE))
        .group_by(PreservationItem.case_file_id)
    )
    first = select(Package.case_file_id, func.min(Package.version)).where(Package.case_file_id.in_(ids))
    versions = dict(session.execute(first.group_by(Package.case_file_id)).all())
    return versions | dict(session.execute(made).all())


def held(session: Session, ids: Collection[str], now: datetime) -> frozenset[str]:
    """Return which of these case files are under a hold; nothing of theirs is lost, so they may be made anew."""
    query = select(CaseFile.id).where(CaseFile.id.in_(ids), held_on(day_of(now)))
    return frozenset(session.scalars(query))


def formats_kept(session: Session, agencies: Collection[str], limit: int = 200) -> list[tuple[str, str]]:
    """Return identifier and media type of the formats originals in the vault have.

    Args:
        session: on the register.
        agencies: of these only; all when empty.
        limit: how many at most.
    """
    query = (
        select(Component.puid, func.min(Component.media_type))
        .where(Component.role == ComponentRole.ORIGINAL, Component.puid != "")
        .group_by(Component.puid)
        .order_by(Component.puid)
        .limit(limit)
    )
    if agencies:
        query = (
            query.join(Record, Record.id == Component.record_id)
            .join(CaseFile, CaseFile.id == Record.case_file_id)
            .where(CaseFile.agency_code.in_(agencies))
        )
    return [(puid, media_type) for puid, media_type in session.execute(query)]
