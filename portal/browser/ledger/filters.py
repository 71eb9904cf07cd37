"""What an auditor narrows the ledger to: a kind of act, a person, days, one object or all of one case file."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.register.decisions import OrderItem
from archive.register.models import CaseFile, Package
from archive.vietnam import VIETNAM
from archive.viewer import ALL_AGENCIES, Viewer
from portal.days import Days
from portal.events import AUDITORS
from portal.i18n import _

GROUPS: dict[str, tuple[Any, tuple[Verb, ...]]] = {
    "intake": (
        _("Receiving and checking"),
        (
            Verb.INGEST,
            Verb.VALIDATE,
            Verb.VIRUS_CHECK,
            Verb.SIGNATURE_CHECK,
            Verb.NORMALISE,
            Verb.PACKAGE,
            Verb.RETURN,
            Verb.RECEIPT,
            Verb.REQUEST,
        ),
    ),
    "keeping": (
        _("Keeping"),
        (
            Verb.STORE,
            Verb.FIXITY_CHECK,
            Verb.REPAIR,
            Verb.BACKUP,
            Verb.RESTORE,
            Verb.MEDIUM,
            Verb.MIGRATE,
            Verb.ADD_DOCUMENT,
            Verb.METADATA_CHANGE,
        ),
    ),
    "leaving": (
        _("Retention, holds, leaving"),
        (
            Verb.SCHEDULE,
            Verb.RETENTION_SET,
            Verb.RETENTION_CHANGE,
            Verb.HOLD,
            Verb.LIFT_HOLD,
            Verb.DECISION,
            Verb.DESTROY,
            Verb.ERASE,
            Verb.TRANSFER,
            Verb.DUE_LIST,
            Verb.EXPIRY_NOTICE,
            Verb.MINUTES,
            Verb.PAPER,
        ),
    ),
    "reading": (_("Reading"), (Verb.VIEW, Verb.COPY)),
    "house": (
        _("Agencies and rights"),
        (Verb.AGENCY_SET, Verb.FONDS_SET, Verb.AGREEMENT, Verb.RIGHTS_CHANGE),
    ),
}
"""Group of acts -> its name and its verbs. Verbs of no group stand under "Other"."""
OTHER = "other"
FOUND_MOST = 10


def grouped() -> dict[str, tuple[Any, tuple[Verb, ...]]]:
    """Return the groups with all verbs there are."""
    placed = {verb for _title, verbs in GROUPS.values() for verb in verbs}
    rest = tuple(verb for verb in Verb if verb not in placed)
    return GROUPS | ({OTHER: (_("Other"), rest)} if rest else {})


def verbs_of(chosen: str) -> tuple[Verb, ...]:
    """Return the verbs a choice stands for: a group, one verb, or nothing for no limit."""
    groups = grouped()
    if chosen in groups:
        return groups[chosen][1]
    return (Verb(chosen),) if chosen in set(Verb) else ()


@dataclass(frozen=True)
class Asked:
    """What to show.

    Attributes:
        verbs: none for all.
        objects: identifiers of the objects to show; None for all.
    """

    verbs: tuple[Verb, ...] = ()
    actor: str = ""
    days: Days = field(default_factory=Days)
    objects: frozenset[str] | None = None

    def narrowed(self, query: Select[Any]) -> Select[Any]:
        """Return a query on events narrowed to this."""
        if self.verbs:
            query = query.where(EventRow.verb.in_([str(verb) for verb in self.verbs]))
        if self.actor:
            query = query.where(EventRow.actor == self.actor)
        if self.objects is not None:
            query = query.where(EventRow.object_id.in_(self.objects))
        if self.days.first:
            query = query.where(EventRow.at >= _midnight(self.days.first))
        if self.days.last:
            query = query.where(EventRow.at < _midnight(self.days.last + timedelta(days=1)))
        return query


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, VIETNAM).astimezone(UTC)


def case_files_with(session: Session, code: str, viewer: Viewer) -> list[CaseFile]:
    """Return the case files whose code is or begins with this, as far as this auditor audits; ten at most.

    One with exactly this code, or this identifier, is the only answer.
    """
    query = select(CaseFile)
    audited = viewer.agencies_with(AUDITORS)
    if ALL_AGENCIES not in audited:
        query = query.where(CaseFile.agency_code.in_(audited))
    exact = list(
        session.scalars(query.where(or_(CaseFile.code == code, CaseFile.id == code)).limit(FOUND_MOST))
    )
    if exact:
        return exact
    begins = CaseFile.code.startswith(code, autoescape=True)
    return list(session.scalars(query.where(begins).order_by(CaseFile.code).limit(FOUND_MOST)))


def objects_of(session: Session, file: CaseFile) -> frozenset[str]:
    """Return the identifiers under which the ledger tells of a case file: itself, its delivery, packages, orders."""
    packages = session.scalars(select(Package.id).where(Package.case_file_id == file.id))
    orders = session.scalars(select(OrderItem.order_id).where(OrderItem.case_file_id == file.id))
    return frozenset({file.id, file.submission_id, *packages, *orders})
