"""Ledger events about infected deliveries in quarantine, as register rows.

DECISION, object (submission, id), with "quarantine" in its payload: {"request_id", "state", ...}. When it is asked:
state "open", "agency_code", "wish", "files", "reason"; answered: the new state and "remark", and beside it in the
payload "state": "received" when the delivery is released; bytes gone: state "destroyed" or "expired" with "wiped".
Without "request_id" the bytes expired and nobody had asked: that is no row.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from archive.ledger.event import Event
from archive.register.infected import QuarantineRequest, QuarantineState


def asked_or_answered(session: Session, event: Event) -> None:
    """DECISION: somebody asked for release or destruction, another answered, or the bytes are gone."""
    told = event.payload.get("quarantine")
    if not told or "request_id" not in told:
        return
    row = session.get(QuarantineRequest, told["request_id"])
    if row is None:
        row = QuarantineRequest(
            id=told["request_id"],
            submission_id=event.object_id,
            agency_code=told["agency_code"],
            wish=told["wish"],
            files=list(told["files"]),
            asked_by=event.actor,
            asked_at=event.at,
            reason=told["reason"],
        )
        session.add(row)
    elif told["state"] != row.state:
        row.answered_by, row.answered_role, row.answered_at = event.actor, event.role, event.at
        row.remark = told.get("remark", "")
    row.state = QuarantineState(told["state"]).value
    if "wiped" in told:
        row.wiped_at = event.at
    session.flush()
