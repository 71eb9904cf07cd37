"""Holds on many case files at once: all of an agency, all of a fonds, or what a search found.

A hold on an agency or a fonds is one row that stands for everything of it, also for what arrives later. A hold on
what was found names the case files of that moment, in events of up to `AT_ONCE` each; what arrives later is not in
it. Both are in force from the commit on, also for case files whose destruction has begun: `retention.erasure` looks
before every holder.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from archive import orders
from archive.errors import NotAllowedError, NotFoundError, OrderRefusedError
from archive.holds import of_hold_order, stands_for
from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.orders import NewOrder
from archive.reason import because
from archive.register.among import among
from archive.register.decisions import ORDERS_OPEN, Hold, Order, OrderItem, OrderKind, OrderState
from archive.register.models import Agency, CaseFile, CaseFileState, Fonds, new_id
from archive.register.pieces import pieces
from archive.register.projection import apply
from archive.vietnam import day_of
from archive.viewer import Role, Viewer
from retention.holds import ERASING, LAST_COPY

AT_ONCE = 1000
"""Case files one event names at most."""


@dataclass(frozen=True)
class Basis:
    """Why a hold is placed.

    Attributes:
        reason: in a sentence.
        document_number: of the document that asks for it.
        document_date: of that document.
        until: its last day; None means until it is lifted.
        document_sha256: of the document's file, "" when there is none.
    """

    reason: str
    document_number: str
    document_date: date
    until: date | None = None
    document_sha256: str = ""


@dataclass(frozen=True)
class WidePlaced:
    """What placing such a hold did.

    Attributes:
        order_id: the hold order.
        case_files: stored case files it stops now.
        passed_over: case files that were found but are gone (destroyed, handed over).
        too_late: ids of case files whose last copy was being erased at that moment.
    """

    order_id: str
    agency_code: str
    case_files: int
    passed_over: int = 0
    too_late: tuple[str, ...] = ()


def place_on_agency(
    session: Session, agency_code: str, basis: Basis, *, viewer: Viewer, now: datetime
) -> WidePlaced:
    """Hold everything of an agency, also what arrives later.

    Raises:
        NotFoundError: no such agency.
        NotAllowedError: the viewer is no archivist there.
        OrderRefusedError: no reason or document, `until` is past, or it is held so already.
    """
    if session.get(Agency, agency_code) is None:
        raise NotFoundError(because("archive.no-agency", agency=agency_code))
    return _stand(session, "agency", agency_code, agency_code, basis, viewer, now)


def place_on_fonds(
    session: Session, fonds_code: str, basis: Basis, *, viewer: Viewer, now: datetime
) -> WidePlaced:
    """Hold everything of a fonds, also what arrives later.

    Raises:
        NotFoundError: no such fonds.
        NotAllowedError: the viewer is no archivist at its agency.
        OrderRefusedError: as `place_on_agency`.
    """
    fonds = session.get(Fonds, fonds_code)
    if fonds is None:
        raise NotFoundError(because("retention.no-fonds", fonds=fonds_code))
    return _stand(session, "fonds", fonds_code, fonds.agency_code, basis, viewer, now)


def place_on_found(
    session: Session,
    case_file_ids: Iterable[str],
    asked: Mapping[str, Any],
    basis: Basis,
    *,
    viewer: Viewer,
    now: datetime,
) -> tuple[WidePlaced, ...]:
    """Hold the case files a search found, one order for each agency.

    Args:
        session: an open transaction.
        case_file_ids: what was found; those no longer stored are passed over.
        asked: the search (words, filters) as JSON values, to be told later.
        basis: why.
        viewer: an archivist of every agency whose case files were found.
        now: aware time.

    Raises:
        NotAllowedError: of some agency the viewer is no archivist.
        OrderRefusedError: no reason or document, `until` is past, or none of them is stored.
    """
    stored: dict[str, list[str]] = {}
    gone: dict[str, int] = {}
    for some in pieces(sorted(set(case_file_ids))):
        rows = session.execute(
            select(CaseFile.id, CaseFile.agency_code, CaseFile.state).where(among(CaseFile.id, some))
        )
        for id, agency, state in rows:
            if state == CaseFileState.STORED:
                stored.setdefault(agency, []).append(id)
            else:
                gone[agency] = gone.get(agency, 0) + 1
    if not stored:
        raise OrderRefusedError((because("archive.no-file-named"),))
    if foreign := [code for code in sorted(stored) if not viewer.has(Role.ARCHIVIST, code)]:
        raise NotAllowedError(
            because("retention.found-of-others", who=viewer.name, agencies=", ".join(foreign))
        )
    placed = []
    for agency, ids in sorted(stored.items()):
        listed = hashlib.sha256("".join(f"{id}\n" for id in ids).encode()).hexdigest()
        scope = {"found": dict(asked), "count": len(ids), "list_sha256": listed}
        for some in pieces(ids):
            _lock_on_their_way(session, among(CaseFile.id, some))
        order = _order(session, agency, scope, basis, viewer, now)
        for some in pieces(ids, AT_ONCE):
            _event(session, order, "order", order.id, {"case_files": some}, basis, viewer, now)
        placed.append(_placed(session, order, len(ids), gone.get(agency, 0), viewer, now))
    return tuple(placed)


def propose_lift_all(
    session: Session, hold_order_id: str, basis: Basis, *, viewer: Viewer, now: datetime
) -> Order:
    """Ask for every hold an order placed to be lifted; `retention.holds.lift` does it with a second person.

    Raises:
        NotFoundError: no such order.
        NotAllowedError: the viewer is neither archivist nor head there.
        OrderRefusedError: it is no hold, nothing of it is in force, or reason or document are missing.
    """
    placing = orders.named(session, hold_order_id, kind=OrderKind.HOLD)
    if not session.scalar(select(func.count()).where(Hold.order_id == placing.id, Hold.lifted_at.is_(None))):
        raise OrderRefusedError((because("retention.nothing-to-lift", order=placing.document_number),))
    return orders.propose(
        session,
        NewOrder(
            kind=OrderKind.LIFT_HOLD,
            agency_code=placing.agency_code,
            reason=basis.reason,
            document_number=basis.document_number,
            document_date=basis.document_date,
            document_sha256=basis.document_sha256,
            payload={"scope": {"order": placing.id}},
        ),
        viewer=viewer,
        now=now,
    )


def _stand(
    session: Session, kind: str, code: str, agency_code: str, basis: Basis, viewer: Viewer, now: datetime
) -> WidePlaced:
    column = Hold.agency_code if kind == "agency" else Hold.fonds_code
    standing = select(Hold.id).where(column == code, stands_for(column), Hold.lifted_at.is_(None))
    if session.scalar(standing.where(Hold.until.is_(None))):
        raise OrderRefusedError((because("retention.held-already", what=code),))
    mine = CaseFile.agency_code == code if kind == "agency" else CaseFile.fonds_code == code
    _lock_on_their_way(session, mine)
    order = _order(session, agency_code, {kind: code}, basis, viewer, now)
    _event(session, order, kind, code, {"hold_id": new_id()}, basis, viewer, now)
    number = session.scalar(select(func.count()).where(mine, CaseFile.state == CaseFileState.STORED)) or 0
    return _placed(session, order, number, 0, viewer, now)


def _order(
    session: Session,
    agency_code: str,
    scope: Mapping[str, Any],
    basis: Basis,
    viewer: Viewer,
    now: datetime,
) -> Order:
    viewer.require(Role.ARCHIVIST, agency_code)
    if basis.until is not None and basis.until < day_of(now):
        raise OrderRefusedError((because("retention.hold-ended", day=basis.until),))
    return orders.propose(
        session,
        NewOrder(
            kind=OrderKind.HOLD,
            agency_code=agency_code,
            reason=basis.reason,
            document_number=basis.document_number,
            document_date=basis.document_date,
            document_sha256=basis.document_sha256,
            payload={"scope": dict(scope), "until": _iso(basis.until)},
        ),
        viewer=viewer,
        now=now,
    )


def _event(
    session: Session,
    order: Order,
    kind: str,
    id: str,
    told: Mapping[str, Any],
    basis: Basis,
    viewer: Viewer,
    now: datetime,
) -> None:
    event = append(
        session,
        Verb.HOLD,
        actor=viewer.name,
        role=str(Role.ARCHIVIST),
        kind=kind,
        id=id,
        payload={
            "order_id": order.id,
            "reason": basis.reason,
            "until": _iso(basis.until),
            **told,
        },
        basis=basis.document_number,
        now=now,
    )
    apply(session, event)


def _placed(
    session: Session, order: Order, number: int, gone: int, viewer: Viewer, now: datetime
) -> WidePlaced:
    orders.mark(session, order, OrderState.DONE, actor=viewer.name, role=str(Role.ARCHIVIST), now=now)
    return WidePlaced(order.id, order.agency_code, number, gone, _too_late(session, order.id))


def _lock_on_their_way(session: Session, which: ColumnElement[bool]) -> None:
    """Lock what is on its way out before the ledger is appended to, in the order `retention.erasure` does both.

    The other way round PostgreSQL would have to end one of the two, hold or destruction, when they meet.
    """
    session.execute(_on_their_way(which).with_for_update(of=CaseFile))


def _too_late(session: Session, hold_order_id: str) -> tuple[str, ...]:
    """Say which of the case files an order holds are past saving."""
    late = _on_their_way(of_hold_order(hold_order_id))
    return tuple(session.scalars(late.where(OrderItem.outcome == ERASING, OrderItem.detail == LAST_COPY)))


def _on_their_way(which: ColumnElement[bool]) -> Select[str]:
    return (
        select(CaseFile.id)
        .join(OrderItem, OrderItem.case_file_id == CaseFile.id)
        .join(Order, Order.id == OrderItem.order_id)
        .where(which, Order.state.in_(ORDERS_OPEN), Order.kind != OrderKind.HOLD)
        .order_by(CaseFile.id)
    )


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
