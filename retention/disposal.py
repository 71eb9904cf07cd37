"""From what is due to a decision: propose a destruction, and say yes to it.

The vault's orders (`archive.orders`) hold the approvals; this module says which case files may be on the list
at all, with an explanation for each, and freezes the list by its hash.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import orders
from archive.dossiers import too_early
from archive.errors import OrderRefusedError
from archive.grounds import Twin
from archive.holds import active_holds
from archive.order_check import not_due_before
from archive.orders import NewOrder
from archive.reason import Reason, because
from archive.register.decisions import ITEMS_LEFT, ORDERS_OPEN, Order, OrderItem, OrderKind
from archive.register.models import CaseFile, CaseFileState
from archive.register.notices import ExpiryNotice, NoticeWhy
from archive.twins import against_duplicates
from archive.vietnam import day_of
from archive.viewer import Role, Viewer
from retention.explain import explain


@dataclass(frozen=True)
class Candidate:
    """What decides whether a case file may be listed.

    Attributes:
        permanent: None when the period is unclear or was not reckoned yet.
        holds: reasons of the holds on it.
        listed_in: another open destruction order that names it, or "".
        too_early: why a dossier of a destruction may not go yet.
        same_as: what it was told to be a duplicate of (`retention.procedure.duplicates`); None, and it goes only when
            its period is over.
        against_twin: what speaks against its going as a duplicate now.
    """

    code: str
    agency_code: str
    state: str
    permanent: bool | None
    eligible_from: date | None
    holds: tuple[str, ...]
    listed_in: str
    too_early: tuple[Reason, ...] = ()
    same_as: Twin | None = None
    against_twin: tuple[Reason, ...] = ()


def reasons_not_to_list(candidate: Candidate, *, agency_code: str, today: date) -> tuple[Reason, ...]:
    """Return every reason why a case file may not go on a list of that agency today. Pure."""
    code = candidate.code
    reasons = []
    if candidate.agency_code != agency_code:
        reasons.append(
            because("archive.file-of-other-agency", file=code, its=candidate.agency_code, agency=agency_code)
        )
    if candidate.state != CaseFileState.STORED:
        reasons.append(because("archive.file-gone", file=code, state=candidate.state))
    if candidate.permanent is None:
        reasons.append(because("retention.period-unclear", file=code))
    elif candidate.permanent:
        reasons.append(because("archive.file-permanent", file=code))
    elif candidate.too_early:
        reasons.extend(candidate.too_early)
    elif candidate.same_as is not None:
        reasons.extend(candidate.against_twin)
    elif candidate.eligible_from is None or candidate.eligible_from > today:
        reasons.append(not_due_before(code, candidate.eligible_from))
    reasons.extend(because("archive.file-held", file=code, why=why) for why in candidate.holds)
    if candidate.listed_in:
        reasons.append(because("retention.listed-already", file=code, order=candidate.listed_in))
    return tuple(reasons)


def propose(
    session: Session,
    *,
    agency_code: str,
    case_file_ids: Sequence[str],
    reason: str,
    document_number: str,
    document_date: date,
    viewer: Viewer,
    now: datetime,
    document_sha256: str = "",
) -> Order:
    """Propose the destruction of due case files and return the order, its list frozen by hash.

    Args:
        session: an open transaction.
        agency_code: whose case files; one order, one agency.
        case_file_ids: whole case files only (NĐ 01/2013/NĐ-CP Điều 11.2).
        reason: why they are no longer needed.
        document_number: of the decision (quyết định hủy).
        document_date: of the decision; execution under R2 is within 15 days of it.
        viewer: an archivist of the agency.
        now: aware time.
        document_sha256: of the decision's file.

    Raises:
        NotAllowedError: the viewer is no archivist there.
        OrderRefusedError: with one reason for every case file that may not be listed; nothing was written.
    """
    viewer.require(Role.ARCHIVIST, agency_code)
    today = day_of(now)
    reasons: list[Reason] = []
    items: dict[str, Any] = {}
    for case_file_id in dict.fromkeys(case_file_ids):
        file = session.get(CaseFile, case_file_id)
        if file is None:
            reasons.append(because("archive.file-unknown", file=case_file_id))
            continue
        reasons.extend(
            reasons_not_to_list(candidate(session, file, today), agency_code=agency_code, today=today)
        )
        items[case_file_id] = explained(session, file)
    if reasons:
        raise OrderRefusedError(reasons)
    return orders.propose(
        session,
        NewOrder(
            kind=OrderKind.DESTRUCTION,
            agency_code=agency_code,
            reason=reason,
            document_number=document_number,
            document_date=document_date,
            document_sha256=document_sha256,
            case_file_ids=tuple(case_file_ids),
            payload={"items": items},
        ),
        viewer=viewer,
        now=now,
    )


def approve(session: Session, order_id: str, *, viewer: Viewer, role: Role, now: datetime) -> Order:
    """Say yes to a destruction; a council member and the head, neither of them the proposer, are needed.

    Args:
        session: an open transaction.
        order_id: as `propose` returned it.
        viewer: who says yes.
        role: council or head, held at the order's agency.
        now: aware time.

    Raises:
        NotFoundError: no such order.
        NotAllowedError: the role is not held.
        OrderRefusedError: no destruction, the proposer, the same person twice, a role that has no say.
    """
    orders.named(session, order_id, kind=OrderKind.DESTRUCTION)
    return orders.approve(session, order_id, viewer=viewer, role=role, now=now)


def as_duplicate(session: Session, one: Candidate, file: CaseFile, today: date) -> Candidate:
    """Return a candidate with what it is a duplicate of, when it was told so and its period is not over."""
    if file.eligible_from is not None and file.eligible_from <= today:
        return one
    twin = session.execute(
        select(CaseFile.id, CaseFile.code)
        .join(ExpiryNotice, ExpiryNotice.same_as == CaseFile.id)
        .where(ExpiryNotice.case_file_id == file.id, ExpiryNotice.why == NoticeWhy.DUPLICATE)
    ).first()
    if twin is None:
        return one
    against = against_duplicates(session, {file.id: twin.id})[file.id]
    return replace(one, same_as=Twin(twin.id, twin.code), against_twin=against)


def candidate(session: Session, file: CaseFile, today: date) -> Candidate:
    """Return what decides whether a case file may be listed, as the register says it."""
    listed = session.scalar(
        select(Order.id)
        .join(OrderItem, OrderItem.order_id == Order.id)
        .where(
            Order.kind == OrderKind.DESTRUCTION,
            Order.state.in_(ORDERS_OPEN),
            OrderItem.case_file_id == file.id,
            OrderItem.outcome.not_in(ITEMS_LEFT),
        )
        .limit(1)
    )
    return Candidate(
        code=file.code,
        agency_code=file.agency_code,
        state=file.state,
        permanent=file.permanent,
        eligible_from=file.eligible_from,
        holds=tuple(hold.reason for hold in active_holds(session, file, today)),
        listed_in=listed or "",
        too_early=tuple(too_early(file, today)),
    )


def explained(session: Session, file: CaseFile, twin: Twin | None = None) -> dict[str, Any]:
    """Return why a case file is on the list; it goes into the order and so into the ledger.

    Only what the tombstone keeps anyway: the ledger is never erased.

    Args:
        session: on the register.
        file: that is on the list.
        twin: what stays for it, when it goes as a duplicate.
    """
    ground = {"same_as": twin.case_file_id, "same_as_code": twin.code} if twin else {}
    return ground | {
        "code": file.code,
        "regime": file.regime,
        "maintenance": file.maintenance,
        "last_day": file.last_day.isoformat() if file.last_day else None,
        "eligible_from": file.eligible_from.isoformat() if file.eligible_from else None,
        "steps": [
            {"vi": step.vi, "en": step.en, "clause": step.clause} for step in explain(session, file.id)
        ],
    }


def refuse(session: Session, order_id: str, *, reason: str, viewer: Viewer, now: datetime) -> Order:
    """End a destruction that has not begun; its case files are free for another list. Nothing else changes.

    Args:
        session: an open transaction.
        order_id: of a proposed or approved destruction.
        reason: why.
        viewer: who proposed it, or a council member or the head of the agency.
        now: aware time.

    Raises:
        NotFoundError: no such order.
        NotAllowedError: the viewer has no say.
        OrderRefusedError: no reason, no destruction, or it has begun.
    """
    return orders.refuse(
        session,
        order_id,
        kind=OrderKind.DESTRUCTION,
        deciders=(Role.HEAD, Role.COUNCIL),
        reason=reason,
        viewer=viewer,
        now=now,
    )
