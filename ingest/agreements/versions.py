"""Agreements in the register: propose a version, put it in force, refuse it, and which one holds on a day.

An archivist proposes; the head of the agency's archive or an administrator decides, never who proposed it. That this
takes two people is our own rule: the law asks for an agreement of both sides (NĐ 01/2013/NĐ-CP Điều 7.3.b), which the
signed paper proves, not for how it gets into a system.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.errors import NotAllowedError, NotFoundError
from archive.ledger.append import be_only_writer
from archive.ledger.event import Verb
from archive.reason import because
from archive.register.agreements import Agreement, AgreementState
from archive.register.models import Agency
from archive.versioned import Versioned
from archive.viewer import Role, Viewer, same_person
from ingest.agreements.terms import AgreementError, Draft, Terms, without_agreement
from ingest.checks.agreed import Narrowed
from ingest.seen_by import seen_by

BASIS = "NĐ 01/2013/NĐ-CP Điều 7.3.b"
SEES = frozenset({Role.OFFICIAL, Role.CLERK, Role.ARCHIVIST, Role.HEAD, Role.AUDITOR, Role.ADMINISTRATOR})
DECIDES = (Role.HEAD, Role.ADMINISTRATOR)
AGREEMENTS = Versioned(Agreement, Verb.AGREEMENT, "agreement", "terms_sha256", BASIS)


@dataclass(frozen=True)
class Agreed:
    """What holds between the archive and an agency on a day.

    Attributes:
        id: of the agreement's version; None when there is none and the defaults hold.
        name: as a clause names it; "" without an agreement.
    """

    terms: Terms
    id: str | None = None
    name: str = ""

    @property
    def narrowed(self) -> Narrowed:
        """Return the limits the checks hold a delivery against."""
        terms = self.terms
        return Narrowed(terms.formats, terms.max_file_bytes, terms.max_package_bytes, self.name)


def name_of(row: Agreement) -> str:
    """Return how a clause or a status message names an agreement."""
    return f"thỏa thuận nộp lưu số {row.number} ngày {row.signed_on:%d/%m/%Y} (bản {row.version})"


def in_force(session: Session, agency_code: str, day: date) -> Agreement | None:
    """Return the version that holds on a day; None when there is none.

    The newest approved version that has begun decides; when it has ended, no older one comes to life again.
    """
    row: Agreement | None = session.scalar(
        select(Agreement)
        .where(
            Agreement.agency_code == agency_code,
            Agreement.state == AgreementState.APPROVED,
            Agreement.valid_from <= day,
        )
        .order_by(Agreement.version.desc())
        .limit(1)
    )
    if row is None or (row.valid_until is not None and row.valid_until < day):
        return None
    return row


def agreed_on(session: Session, agency_code: str, day: date) -> Agreed:
    """Return the terms that hold for an agency on a day (in Vietnam)."""
    row = in_force(session, agency_code, day)
    if row is None:
        agency = session.get(Agency, agency_code)
        return Agreed(without_agreement(accepts=agency is not None and agency.auto_accept))
    return Agreed(Terms.model_validate(row.terms), row.id, name_of(row))


def listing(session: Session, *, viewer: Viewer, agency: str | None = None) -> Sequence[Agreement]:
    """Return the versions this person may see, by agency, the newest first."""
    query = select(Agreement).where(seen_by(viewer, Agreement.agency_code, roles=SEES))
    if agency:
        query = query.where(Agreement.agency_code == agency)
    return session.scalars(query.order_by(Agreement.agency_code, Agreement.version.desc())).all()


def one(session: Session, agreement_id: str, *, viewer: Viewer) -> Agreement:
    """Return one version.

    Raises:
        NotFoundError: there is none, or the viewer may not see it (the two look the same on purpose).
    """
    found: Agreement | None = session.scalar(
        select(Agreement).where(
            seen_by(viewer, Agreement.agency_code, roles=SEES), Agreement.id == agreement_id
        )
    )
    if found is None:
        raise NotFoundError(because("ingest.no-agreement", agreement=agreement_id, who=viewer.name))
    return found


def propose(session: Session, draft: Draft, *, viewer: Viewer, now: datetime) -> Agreement:
    """Write down a new version for somebody else to put in force.

    Raises:
        NotFoundError: no such agency.
        NotAllowedError: the viewer is no archivist of it.
        AgreementError: another version is waiting already.
    """
    be_only_writer(session)
    if session.get(Agency, draft.agency) is None:
        raise NotFoundError(because("archive.no-agency", agency=draft.agency))
    viewer.require(Role.ARCHIVIST, draft.agency)
    if AGREEMENTS.waits(session, draft.agency):
        raise AgreementError(because("ingest.agreement-waits", agency=draft.agency))
    told = {
        "number": draft.number,
        "signed_on": draft.signed_on.isoformat(),
        "signed_by_agency": draft.signed_by_agency,
        "signed_by_archive": draft.signed_by_archive,
        "valid_from": draft.valid_from.isoformat(),
        "valid_until": draft.valid_until.isoformat() if draft.valid_until else None,
        "terms": draft.terms.as_json(),
        "terms_sha256": draft.terms.sha256,
    }
    return AGREEMENTS.propose(session, draft.agency, told, viewer=viewer, now=now)


def approve(session: Session, agreement_id: str, *, viewer: Viewer, now: datetime) -> Agreement:
    """Put a proposed version in force, from its first day on.

    Raises:
        NotFoundError: no such version that the viewer may see.
        NotAllowedError: who proposed it, or no head or administrator of the agency; an administrator alone, when
            its addresses may lie in a private network.
        AgreementError: it was decided already.
    """
    return _decide(session, agreement_id, AgreementState.APPROVED, "", viewer, now)


def refuse(session: Session, agreement_id: str, *, viewer: Viewer, remark: str, now: datetime) -> Agreement:
    """Refuse a proposed version, or take back one's own, with a word why.

    Raises:
        NotFoundError: no such version that the viewer may see.
        NotAllowedError: neither who proposed it nor a head or administrator of the agency.
        AgreementError: it was decided already, or no word was given.
    """
    if not remark.strip():
        raise AgreementError(because("ingest.no-word"))
    return _decide(session, agreement_id, AgreementState.REFUSED, remark.strip(), viewer, now)


def may_approve(row: Agreement, viewer: Viewer) -> Role | None:
    """Return the role in which this person may put a version in force; None when they may not."""
    if row.state != AgreementState.PROPOSED or same_person(row.proposed_by, viewer.name):
        return None
    inside = Terms.model_validate(row.terms).reaches_inside
    roles = (Role.ADMINISTRATOR,) if inside else DECIDES
    return next((role for role in roles if viewer.has(role, row.agency_code)), None)


def may_refuse(row: Agreement, viewer: Viewer) -> Role | None:
    """Return the role in which this person may refuse a version or take it back; None when they may not."""
    if row.state != AgreementState.PROPOSED:
        return None
    own = viewer.has(Role.ARCHIVIST, row.agency_code) and same_person(row.proposed_by, viewer.name)
    decides = next((role for role in DECIDES if viewer.has(role, row.agency_code)), None)
    return decides or (Role.ARCHIVIST if own else None)


def _decide(
    session: Session,
    agreement_id: str,
    state: AgreementState,
    remark: str,
    viewer: Viewer,
    now: datetime,
) -> Agreement:
    row = one(session, agreement_id, viewer=viewer)
    AGREEMENTS.lock(session, row)
    if row.state != AgreementState.PROPOSED:
        raise AgreementError(because("ingest.agreement-decided"))
    may = may_approve if state is AgreementState.APPROVED else may_refuse
    role = may(row, viewer)
    if role is None:
        raise NotAllowedError(because("ingest.agreement-not-yours", who=viewer.name, agency=row.agency_code))
    return AGREEMENTS.decide(session, row, state, role=role, viewer=viewer, now=now, remark=remark)
