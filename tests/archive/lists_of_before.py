"""Destructions as the house ordered them before lists went through a procedure: what older ledgers hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.order_check import newest_hashes
from archive.order_list import list_hash
from archive.register.models import new_id
from archive.register.projection import apply


def an_old_list(
    session: Session,
    agency: str,
    case_file_ids: Sequence[str],
    number: str,
    day: date,
    *,
    by: str,
    now: datetime,
) -> str:
    """Order a destruction without a procedure, by events as they were written then; return its id."""
    items = sorted(newest_hashes(session, case_file_ids).items())
    told = {
        "kind": "destruction",
        "proposed_by": by,
        "agency_code": agency,
        "reason": "Hết thời hạn lưu trữ",
        "document_number": number,
        "document_date": day.isoformat(),
        "document_sha256": "",
        "list_sha256": list_hash(items),
        "items": [list(item) for item in items],
        "payload": {"items": {}},
    }
    id = new_id()
    _happened(session, id, {"order": told}, by, "archivist", now)
    return id


def approved_then(session: Session, order_id: str, *, council: str, head: str, now: datetime) -> None:
    """Approve it as it was done then: by a member of the council and the head."""
    for actor, role in ((council, "council"), (head, "head")):
        _happened(session, order_id, {"approval": {"actor": actor, "role": role}}, actor, role, now)
    _happened(session, order_id, {"state": "approved", "detail": ""}, head, "head", now)


def begun_then(session: Session, order_id: str, *, by: str, now: datetime) -> None:
    """Begin it, as who carries it out."""
    _happened(session, order_id, {"state": "executing", "detail": ""}, by, "archivist", now)


def _happened(
    session: Session, id: str, payload: dict[str, Any], actor: str, role: str, now: datetime
) -> None:
    event = append(
        session, Verb.DECISION, actor=actor, role=role, kind="order", id=id, payload=payload, now=now
    )
    apply(session, event)
