"""Agencies' own retention schedules in the register: propose a version, put it in force, refuse or withdraw it.

An archivist proposes; the head decides, never who proposed it. That this takes two people is our own rule. A version's
lines are never changed: other lines are a new version, which begins later than the one before and takes its place from
that day on. A version that a period rests on is never withdrawn either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session, undefer

from archive.errors import NotAllowedError, NotFoundError
from archive.ledger.append import be_only_writer
from archive.ledger.event import Verb
from archive.reason import because
from archive.register.models import Agency
from archive.register.schedules import ScheduleState, ScheduleVersion
from archive.versioned import Versioned
from archive.viewer import ALL_AGENCIES, OWN_AGENCY, Role, Viewer, same_person
from retention.errors import ScheduleError, ScheduleRefusedError
from retention.own_lines import as_json, own_lines, sha256_of, sheet_of
from retention.schedule import Line

SEES = OWN_AGENCY | {Role.AUDITOR}
SCHEDULES = Versioned(ScheduleVersion, Verb.SCHEDULE, "schedule", "lines_sha256")
LENGTHS = {"name": 200, "number": 60, "signed_by": 200}


@dataclass(frozen=True)
class Draft:
    """A version as it is put in.

    Attributes:
        agency: whose; "*" for every agency.
        name: of the schedule.
        number: of the paper that issued it.
        signed_by: name and position.
        valid_from: first day.
        valid_until: last day, when it ends by itself.
    """

    agency: str
    name: str
    number: str
    signed_on: date
    signed_by: str
    valid_from: date
    lines: tuple[Line, ...]
    valid_until: date | None = None


def visible(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition that leaves the versions this person may see; those for every agency are everybody's."""
    agencies = viewer.agencies_with(SEES)
    if ALL_AGENCIES in agencies:
        return true()
    return ScheduleVersion.agency_code.in_([*agencies, ALL_AGENCIES] if agencies else [])


def listing(session: Session, *, viewer: Viewer, agency: str | None = None) -> Sequence[ScheduleVersion]:
    """Return the versions this person may see, by agency, the newest first; without their lines."""
    query = select(ScheduleVersion).where(visible(viewer))
    if agency:
        query = query.where(ScheduleVersion.agency_code == agency)
    return session.scalars(query.order_by(ScheduleVersion.agency_code, ScheduleVersion.version.desc())).all()


def one(session: Session, id: str, *, viewer: Viewer) -> ScheduleVersion:
    """Return one version with its lines.

    Raises:
        NotFoundError: there is none, or the viewer may not see it (the two look the same on purpose).
    """
    found: ScheduleVersion | None = session.scalar(
        select(ScheduleVersion)
        .where(visible(viewer), ScheduleVersion.id == id)
        .options(undefer(ScheduleVersion.lines))
    )
    if found is None:
        raise NotFoundError(because("retention.no-schedule", schedule=id, who=viewer.name))
    return found


def waiting_for(session: Session, *, viewer: Viewer) -> int:
    """Return how many proposed versions this person may put in force."""
    if not viewer.agencies_with(frozenset({Role.HEAD})):
        return 0
    proposed = select(ScheduleVersion).where(visible(viewer), ScheduleVersion.state == ScheduleState.PROPOSED)
    return sum(may_approve(row, viewer) for row in session.scalars(proposed))


def propose(session: Session, draft: Draft, *, viewer: Viewer, now: datetime) -> ScheduleVersion:
    """Write down a new version for the head to put in force.

    Raises:
        NotFoundError: no such agency.
        NotAllowedError: the viewer is no archivist of it (of all agencies, when it is for all).
        ScheduleRefusedError: a line stands against it, e.g. a period below the state's; names row, cell and clause.
        ScheduleError: a field is missing or too long, another version waits, or it begins before the one before.
    """
    be_only_writer(session)
    if draft.agency != ALL_AGENCIES and session.get(Agency, draft.agency) is None:
        raise NotFoundError(because("archive.no-agency", agency=draft.agency))
    viewer.require(Role.ARCHIVIST, draft.agency)
    _check_fields(draft)
    lines = as_json(draft.lines)
    _check_lines(lines)
    if SCHEDULES.waits(session, draft.agency):
        raise ScheduleError(because("retention.schedule-waits", agency=draft.agency))
    _check_begins(session, draft.agency, draft.valid_from)
    told = {
        "name": draft.name.strip(),
        "number": draft.number.strip(),
        "signed_on": draft.signed_on.isoformat(),
        "signed_by": draft.signed_by.strip(),
        "valid_from": draft.valid_from.isoformat(),
        "valid_until": draft.valid_until.isoformat() if draft.valid_until else None,
        "lines": lines,
        "lines_sha256": sha256_of(lines),
    }
    return SCHEDULES.propose(session, draft.agency, told, viewer=viewer, now=now)


def approve(session: Session, id: str, *, viewer: Viewer, now: datetime) -> ScheduleVersion:
    """Put a proposed version in force, from its first day on. Its lines are looked through once more.

    Raises:
        NotFoundError: no such version that the viewer may see.
        NotAllowedError: no head there, or who proposed it.
        ScheduleRefusedError: a line stands against it.
        ScheduleError: it was decided already, or begins before the one before.
    """
    row = _locked(session, id, viewer)
    if row.state != ScheduleState.PROPOSED:
        raise ScheduleError(because("retention.schedule-decided"))
    if not may_approve(row, viewer):
        raise NotAllowedError(
            because("retention.schedule-not-yours", who=viewer.name, agency=row.agency_code)
        )
    _check_lines(row.lines)
    _check_begins(session, row.agency_code, row.valid_from)
    return SCHEDULES.decide(session, row, ScheduleState.APPROVED, role=Role.HEAD, viewer=viewer, now=now)


def refuse(session: Session, id: str, *, viewer: Viewer, remark: str, now: datetime) -> ScheduleVersion:
    """Refuse a proposed version, or take back one's own, with a word why.

    Raises:
        NotFoundError: no such version that the viewer may see.
        NotAllowedError: neither the head there nor who proposed it.
        ScheduleError: it was decided already, or no word was given.
    """
    row = _locked(session, id, viewer)
    if row.state != ScheduleState.PROPOSED:
        raise ScheduleError(because("retention.schedule-decided"))
    role = may_refuse(row, viewer)
    if role is None:
        raise NotAllowedError(
            because("retention.schedule-not-yours", who=viewer.name, agency=row.agency_code)
        )
    return SCHEDULES.decide(
        session, row, ScheduleState.REFUSED, role=role, viewer=viewer, now=now, remark=_word(remark)
    )


def withdraw(session: Session, id: str, *, viewer: Viewer, remark: str, now: datetime) -> ScheduleVersion:
    """Take an approved version back that no period rests on, with a word why.

    Raises:
        NotFoundError: no such version that the viewer may see.
        NotAllowedError: no head there.
        ScheduleError: it is not approved, a period rests on it, or no word was given.
    """
    row = _locked(session, id, viewer)
    if row.state != ScheduleState.APPROVED:
        raise ScheduleError(because("retention.schedule-decided"))
    if not viewer.has(Role.HEAD, row.agency_code):
        raise NotAllowedError(
            because("retention.schedule-not-yours", who=viewer.name, agency=row.agency_code)
        )
    if row.first_used_seq is not None:
        raise ScheduleError(because("retention.schedule-used", event=row.first_used_seq))
    return SCHEDULES.decide(
        session, row, ScheduleState.WITHDRAWN, role=Role.HEAD, viewer=viewer, now=now, remark=_word(remark)
    )


def may_approve(row: ScheduleVersion, viewer: Viewer) -> bool:
    """Say whether this person may put a version in force."""
    waits = row.state == ScheduleState.PROPOSED
    return waits and viewer.has(Role.HEAD, row.agency_code) and not same_person(row.proposed_by, viewer.name)


def may_refuse(row: ScheduleVersion, viewer: Viewer) -> Role | None:
    """Return the role in which this person may refuse a version or take it back; None when they may not."""
    if row.state != ScheduleState.PROPOSED:
        return None
    if viewer.has(Role.HEAD, row.agency_code):
        return Role.HEAD
    own = viewer.has(Role.ARCHIVIST, row.agency_code) and same_person(row.proposed_by, viewer.name)
    return Role.ARCHIVIST if own else None


def may_withdraw(row: ScheduleVersion, viewer: Viewer) -> bool:
    """Say whether this person may take an approved version back."""
    unused = row.state == ScheduleState.APPROVED and row.first_used_seq is None
    return unused and viewer.has(Role.HEAD, row.agency_code)


def _locked(session: Session, id: str, viewer: Viewer) -> ScheduleVersion:
    row = one(session, id, viewer=viewer)
    SCHEDULES.lock(session, row)
    return row


def _check_fields(draft: Draft) -> None:
    for field, most in LENGTHS.items():
        if not 0 < len(getattr(draft, field).strip()) <= most:
            raise ScheduleError(because("retention.schedule-field", field=field, most=most))
    if draft.valid_until is not None and draft.valid_until < draft.valid_from:
        raise ScheduleError(
            because("retention.schedule-ends-first", until=draft.valid_until, day=draft.valid_from)
        )


def _check_lines(lines: Iterable[Mapping[str, Any]]) -> None:
    """Pass when the lines, looked through by the rules of a spreadsheet, have nothing against them."""
    looked = own_lines(sheet_of(lines))
    if looked.refused:
        raise ScheduleRefusedError(looked.problems)


def _check_begins(session: Session, agency: str, day: date) -> None:
    last = session.scalar(
        select(func.max(ScheduleVersion.valid_from)).where(
            ScheduleVersion.agency_code == agency, ScheduleVersion.state == ScheduleState.APPROVED
        )
    )
    if last is not None and day <= last:
        raise ScheduleError(because("retention.schedule-before", day=last))


def _word(remark: str) -> str:
    if not remark.strip():
        raise ScheduleError(because("retention.no-word"))
    return remark.strip()
