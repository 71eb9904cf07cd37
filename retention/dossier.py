"""Gather what a destruction left behind: decision, approvals, items, receipts, ledger events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import orders
from archive.errors import NotAllowedError
from archive.grounds import Twin, twins_of
from archive.holds import holds_among
from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.list_names import name_of
from archive.procedure.papers import paper_of
from archive.reason import Reason, because
from archive.register.among import among
from archive.register.decisions import Hold, Order, OrderItem, OrderKind, OrderState, Receipt
from archive.register.models import Agency, CaseFile, Fonds, Package
from archive.register.pieces import pieces
from archive.viewer import Role, Viewer
from retention.applied import applied_to
from retention.errors import CertificateError

READERS = (Role.ARCHIVIST, Role.COUNCIL, Role.HEAD, Role.AUDITOR)


@dataclass(frozen=True)
class Person:
    """Somebody who took part.

    Attributes:
        part: what they did: proposed, approved, executed, or a step of the procedure (`archive.procedure`).
        paper: it rests on, number and date; "" when there is none.
    """

    name: str
    role: str
    part: str
    at: datetime
    event: int
    paper: str = ""


@dataclass(frozen=True)
class ReceiptFacts:
    """A holder's receipt, with the number of its ledger event."""

    holder: str
    what: str
    how: str
    at: datetime
    gone: bool
    expires_on: date | None
    event: int


@dataclass(frozen=True)
class ItemFacts:
    """One case file of the order.

    Attributes:
        packages: (name in every store, SHA-256) of each version.
        approved_sha256: the package hash the order was approved with.
        events: numbers of the ledger's events about its end.
        late_hold: reason of a hold that came after its last copy was begun, "" if none.
        maintenance: the period that applied.
        case_file_id: as everything else about it is filed.
        began: the day its first document is of.
        ended: the day the work ended.
        fonds: name of its fonds.
        same_as: code of the case file that stays, of one that went as its duplicate; "" when its period was over.
        differs: in what the two differed when the list was made.
    """

    code: str
    title: str
    regime: str
    maintenance: str
    last_day: date | None
    total_docs: int
    total_pages: int
    outcome: str
    outcome_at: datetime | None
    detail: str
    packages: tuple[tuple[str, str], ...]
    approved_sha256: str
    receipts: tuple[ReceiptFacts, ...]
    events: tuple[int, ...]
    late_hold: str
    case_file_id: str = ""
    began: date | None = None
    ended: date | None = None
    fonds: str = ""
    same_as: str = ""
    differs: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Dossier:
    """A destruction, whole.

    Attributes:
        items: by code.
    """

    order_id: str
    agency_code: str
    agency_name: str
    reason: str
    document_number: str
    document_date: date
    document_sha256: str
    list_sha256: str
    finished_at: datetime
    people: tuple[Person, ...]
    items: tuple[ItemFacts, ...]
    events: tuple[int, ...]

    def count(self, outcome: str) -> int:
        """Return how many case files ended so."""
        return sum(item.outcome == outcome for item in self.items)


def gather(session: Session, order_id: str, *, viewer: Viewer | None = None) -> Dossier:
    """Return everything about a destruction that has ended.

    Args:
        session: on the register.
        order_id: of a destruction that is done.
        viewer: archivist, council member, head or auditor of the agency; None only where the caller has
            already asked the viewer's permission.

    Raises:
        NotFoundError: no such order.
        NotAllowedError: the viewer has no part in it.
        CertificateError: it is no destruction, or not done yet.
    """
    order = orders.named(session, order_id)
    if viewer is not None and not any(viewer.has(role, order.agency_code) for role in READERS):
        raise NotAllowedError(because("archive.no-part", who=viewer.name, agency=order.agency_code))
    if order.kind != OrderKind.DESTRUCTION:
        raise CertificateError(
            because("archive.other-kind", order=order_id, kind=order.kind, wanted=OrderKind.DESTRUCTION)
        )
    if order.state != OrderState.DONE or order.executed_at is None:
        raise CertificateError(
            because("retention.no-certificate-yet", order=name_of(session, order_id), state=order.state)
        )
    decisions = list(
        session.scalars(
            select(EventRow)
            .where(EventRow.object_id == order.id, EventRow.verb == Verb.DECISION.value)
            .order_by(EventRow.seq)
        )
    )
    began = next(
        (row.at for row in decisions if row.payload.get("state") == OrderState.EXECUTING), order.created_at
    )
    acts, told = _acts(session, order), _told(session, order, began)
    agency = session.get(Agency, order.agency_code)
    twins = twins_of(order.payload.get("items", {}))
    return Dossier(
        order_id=order.id,
        agency_code=order.agency_code,
        agency_name=agency.name if agency else order.agency_code,
        reason=order.reason,
        document_number=order.document_number,
        document_date=order.document_date,
        document_sha256=order.document_sha256,
        list_sha256=order.list_sha256,
        finished_at=order.executed_at,
        people=_people(decisions),
        items=tuple(
            sorted(
                (
                    _item(told, item, acts[item.case_file_id], twins.get(item.case_file_id))
                    for item in order.items
                ),
                key=lambda one: (one.code, one.case_file_id),
            )
        ),
        events=tuple(row.seq for row in decisions),
    )


def _people(decisions: list[EventRow]) -> tuple[Person, ...]:
    found = []
    for row in decisions:
        paper = ""
        if "order" in row.payload:
            part = "proposed"
        elif row.payload.get("step", {}).get("id") == "destroy":
            continue
        elif "step" in row.payload:
            part, paper = _step(row.payload["step"])
        elif "approval" in row.payload:
            part = "approved"
        elif row.payload.get("state") == OrderState.EXECUTING:
            part = "executed"
        else:
            continue
        found.append(Person(row.actor, row.role, part, row.at, row.seq, paper))
    return tuple(found)


def _step(told: Mapping[str, Any]) -> tuple[str, str]:
    """Return what a step of the procedure is, and the number and day of the paper it rests on."""
    paper = paper_of(told["paper"]) if told.get("paper") else None
    return str(told["id"]), f"{paper.number}, {paper.day:%d/%m/%Y}" if paper else ""


def _acts(session: Session, order: Order) -> dict[str, list[EventRow]]:
    """Return the ledger's ERASE and DESTROY events of this order by case file."""
    found: dict[str, list[EventRow]] = defaultdict(list)
    query = select(EventRow).where(EventRow.verb.in_([Verb.ERASE.value, Verb.DESTROY.value]))
    for some in pieces(item.case_file_id for item in order.items):
        for row in session.scalars(query.where(EventRow.object_id.in_(some)).order_by(EventRow.seq)):
            if row.payload.get("order_id") == order.id:
                found[row.object_id].append(row)
    return found


@dataclass(frozen=True)
class _Told:
    """What the register says of the case files of an order, by their ids; asked for by few queries."""

    files: Mapping[str, CaseFile]
    packages: Mapping[str, Sequence[tuple[str, str]]]
    receipts: Mapping[str, Sequence[Receipt]]
    late: Mapping[str, Sequence[Hold]]
    codes: Mapping[str, str]
    fonds: Mapping[str, str]


def _told(session: Session, order: Order, began: datetime) -> _Told:
    ids = [item.case_file_id for item in order.items]
    files = {file.id: file for file in session.scalars(select(CaseFile).where(among(CaseFile.id, ids)))}
    packages: dict[str, list[tuple[str, str]]] = defaultdict(list)
    versions = select(Package.case_file_id, Package.name, Package.sha256).where(
        among(Package.case_file_id, ids)
    )
    for id, name, sha256 in session.execute(versions.order_by(Package.version)):
        packages[id].append((name, sha256))
    receipts: dict[str, list[Receipt]] = defaultdict(list)
    said = select(Receipt).where(Receipt.order_id == order.id).order_by(Receipt.at, Receipt.holder)
    for receipt in session.scalars(said):
        receipts[receipt.case_file_id].append(receipt)
    done = [files[item.case_file_id] for item in order.items if item.outcome == "done"]
    stay = {item.same_as for item in order.items} - {""}
    codes = select(CaseFile.id, CaseFile.code).where(among(CaseFile.id, stay))
    fonds = {file.fonds_code for file in files.values()}
    return _Told(
        files,
        packages,
        receipts,
        holds_among(session, done, Hold.placed_at > began) if done else {},
        dict(session.execute(codes).all()),
        dict(session.execute(select(Fonds.code, Fonds.name).where(among(Fonds.code, fonds))).all()),
    )


def _item(told: _Told, item: OrderItem, acts: list[EventRow], twin: Twin | None) -> ItemFacts:
    file = told.files[item.case_file_id]
    # The newest event of a holder is the one its receipt's row shows.
    numbers = {row.payload["holder"]: row.seq for row in acts if row.verb == Verb.ERASE}
    return ItemFacts(
        code=file.code,
        title=file.title,
        regime=file.regime,
        maintenance=applied_to(file).text,
        last_day=file.last_day,
        total_docs=file.total_docs,
        total_pages=file.total_pages,
        outcome=item.outcome,
        outcome_at=item.outcome_at,
        detail=item.detail,
        packages=tuple(told.packages.get(file.id, ())),
        approved_sha256=item.package_sha256,
        receipts=tuple(
            ReceiptFacts(r.holder, r.what, r.how, r.at, r.gone, r.expires_on, numbers.get(r.holder, 0))
            for r in told.receipts.get(file.id, ())
        ),
        events=tuple(row.seq for row in acts),
        late_hold=next((hold.reason for hold in told.late.get(file.id, ())), ""),
        case_file_id=file.id,
        began=file.start_date,
        ended=file.end_date,
        fonds=told.fonds.get(file.fonds_code, file.fonds_code),
        same_as=told.codes.get(item.same_as, item.same_as),
        differs=twin.differs if twin else (),
    )
