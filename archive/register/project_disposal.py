"""Steps of a disposal list, as register rows.

DECISION, object (order, id), payload {"step": {"id", "state", ...}}: "state" is where the list is then. More by "id":
council {"members": [[account, seat]], "absences"?: "kept"}, excuse {"member", "reason"},
take-out {"case_files", "reason", "list_sha256"}, conclude {"kept": {case file: {"choice", "period"}}, "list_sha256"?},
decide and decide-alone {"paper"}, close {"dossier"?: {"case_file_id"}}. What else a step carries, and
whether it may be taken at all, is the business of `archive.procedure.follow`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from archive.ledger.event import Event
from archive.reason import Reason, as_text, because
from archive.register.decisions import ITEM_KEPT, ITEM_TAKEN_OUT, Order, OrderItem
from archive.register.disposal import ABSENCES_KEPT, CouncilMember, DisposalList
from archive.viewer import same_person


def listed(session: Session, event: Event) -> None:
    """A list begins, with its order."""
    told = event.payload["order"]
    session.add(
        DisposalList(
            order_id=event.object_id,
            agency_code=told["agency_code"],
            regime=told["payload"]["regime"],
            state=told["payload"]["state"],
            since=event.at,
        )
    )
    session.flush()


def stepped(session: Session, event: Event, order: Order) -> None:
    """A step was taken."""
    told = event.payload["step"]
    row = session.get(DisposalList, order.id)
    if row is None:
        return
    if row.state != told["state"]:
        row.state, row.since = told["state"], event.at
    kind = told["id"]
    if kind == "council":
        kept = told.get("absences") == ABSENCES_KEPT
        absent = [one.account for one in row.members if one.excused and kept]
        for one in row.members:
            session.delete(one)
        session.flush()
        session.expire(row, ["members"])
        for account, seat in told["members"]:
            away = any(same_person(account, one) for one in absent)
            session.add(CouncilMember(order_id=order.id, account=account, seat=seat, excused=away))
    elif kind == "excuse":
        member = session.get(CouncilMember, (order.id, told["member"]))
        if member is not None:
            member.excused = bool(told.get("reason"))
    elif kind == "take-out":
        why = because("archive.taken-out", who=event.actor, why=told["reason"])
        _leave(session, event, order, ITEM_TAKEN_OUT, dict.fromkeys(told["case_files"], why))
    elif kind == "conclude":
        row.concluded = True
        _leave(session, event, order, ITEM_KEPT, {id: _kept(one) for id, one in told["kept"].items()})
    elif kind == "return":
        row.concluded = False
    elif kind == "ask-close":
        row.closing = True
    elif kind == "close":
        row.closing = False
        row.dossier_id = told.get("dossier", {}).get("case_file_id", "")
    elif kind in ("decide", "decide-alone"):
        paper = told["paper"]
        order.document_number, order.document_sha256 = paper["number"], paper["sha256"]
        order.document_date = date.fromisoformat(paper["date"])
    session.flush()


def _kept(told: Mapping[str, Any]) -> Reason:
    if told.get("period"):
        return because("archive.council-extends", period=told["period"])
    return because("archive.council-keeps")


def _leave(session: Session, event: Event, order: Order, outcome: str, why: Mapping[str, Reason]) -> None:
    for case_file_id, reason in why.items():
        item = session.get(OrderItem, (order.id, case_file_id))
        if item is not None:
            item.outcome, item.outcome_at, item.detail = outcome, event.at, as_text([reason])
    if why:
        order.list_sha256 = event.payload["step"]["list_sha256"]
