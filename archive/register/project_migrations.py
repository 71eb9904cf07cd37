"""Ledger events about preservation plans and the versions they make, as register rows.

MIGRATE, object (plan, id), payload by "did", each with the "state" that follows:
"propose": {"plan": {...}}; "list": {"items": [[case file id, package hash, files, bytes]]}, several;
"approve", "refuse", "confirm", "reverse", "stop": {"remark"}; "run", "pause", "finish".
MIGRATE, object (case-file, id), payload {"plan_id", "did", ...}:
"making": {"version", "name"}, before a byte is written, so that nobody takes what a killed run left for a version;
"made": {"version", "name", "made", "failed"}, after = package hash, beside its STORE event; "failed": {"failed"};
"passed": {"why"}, and "name" when something of that name lies in a store and is nobody's; "left": {"why"};
"reversing": {"package_id", "version"}, before = hash of the version taken back, after = of the one current again;
"reversed": {"receipts", "why"}.

No event has a file's name or a document's words: the ledger is never erased.
"""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.orm import Session

from archive.ledger.event import Event
from archive.packages.facts import PackageFacts
from archive.reason import as_text, from_json
from archive.register.models import Copy, Package
from archive.register.preservation import ItemState, PlanState, PreservationItem, PreservationPlan
from archive.register.project_records import put_records
from archive.register.scans import PackageScan

PLAN = "plan"


def migrated(session: Session, event: Event, facts: PackageFacts | None = None) -> None:
    """MIGRATE: a plan moved, or a case file of it did.

    Args:
        session: an open transaction.
        event: about it.
        facts: for "reversing": what the version that becomes current again says. Without it (a rebuild, which never
            saw the other one's) the documents are left as they are.
    """
    if event.object_kind == PLAN:
        _plan(session, event)
    else:
        _item(session, event, facts)
    session.flush()


def _plan(session: Session, event: Event) -> None:
    told, did = event.payload, event.payload["did"]
    if did == "propose":
        session.add(
            PreservationPlan(
                id=event.object_id,
                state=told["state"],
                proposed_by=event.actor,
                proposed_role=event.role,
                proposed_at=event.at,
                **told["plan"],
            )
        )
        return
    if did == "list":
        session.add_all(
            PreservationItem(
                plan_id=event.object_id,
                case_file_id=id,
                package_sha256=sha256,
                components=components,
                size=size,
                state=ItemState.WAITING,
                failed=[],
            )
            for id, sha256, components, size in told["items"]
        )
        return
    row = session.get_one(PreservationPlan, event.object_id)
    row.state = PlanState(told["state"])
    if did in ("approve", "refuse"):
        row.decided_by, row.decided_role, row.decided_at = event.actor, event.role, event.at
        row.remark = told["remark"]
    elif did == "run":
        row.began_at = row.began_at or event.at
    elif did in ("confirm", "reverse"):
        row.closed_by, row.closed_at, row.closing_remark = event.actor, event.at, told["remark"]
    if row.state == PlanState.DONE:
        row.ended_at = event.at


def _item(session: Session, event: Event, facts: PackageFacts | None) -> None:
    told, did = event.payload, event.payload["did"]
    row = session.get_one(PreservationItem, (told["plan_id"], event.object_id))
    row.at = event.at
    if did == "making":
        row.state, row.version, row.package_name = ItemState.MAKING, told["version"], told["name"]
    elif did in ("made", "failed"):
        row.failed, row.made = list(told["failed"]), told.get("made", 0)
        row.sha256 = event.after_sha256 or ""
        row.state = _how(row.made, len(row.failed))
        if row.state is ItemState.FAILED:
            row.version, row.package_name = 0, ""
    elif did == "passed":
        row.state, row.why = ItemState.PASSED, as_text(map(from_json, told["why"]))
        row.version, row.package_name = 0, told.get("name", "")
    elif did == "left":
        row.state, row.why = ItemState.LEFT, as_text(map(from_json, told["why"]))
    elif did == "reversing":
        row.state = ItemState.REVERSING
        _take_back(session, event.object_id, told["package_id"], facts)
    elif did == "reversed":
        row.state, row.why = ItemState.REVERSED, as_text(map(from_json, told["why"]))


def _how(made: int, failed: int) -> ItemState:
    if not made:
        return ItemState.FAILED
    return ItemState.PARTLY if failed else ItemState.MADE


def _take_back(session: Session, case_file_id: str, package_id: str, facts: PackageFacts | None) -> None:
    """Have the register say of the case file what it said before that version."""
    session.execute(delete(PackageScan).where(PackageScan.package_id == package_id))
    session.execute(delete(Copy).where(Copy.package_id == package_id))
    session.execute(delete(Package).where(Package.id == package_id))
    session.expire_all()
    if facts is not None:
        put_records(session, case_file_id, facts.records, again=True)
