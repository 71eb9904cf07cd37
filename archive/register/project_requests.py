"""Ledger events about requests of offices, as register rows.

REQUEST, object (case-file or submission, id): payload {"request_id", "submission_id", "agency_code", "kind",
"target_id"?, "case_file_id"?, "record_id"?, "answer", "state"} when it is asked, {"request_id", "answer", "state",
"remark"} when an archivist closes it. No word of the document is in it.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from archive.ledger.event import Event
from archive.register.messages import DocumentRequest, RequestState


def requested(session: Session, event: Event) -> None:
    """REQUEST: an office asks about a document it sent, or an archivist closes what it asked."""
    told = event.payload
    row = session.get(DocumentRequest, told["request_id"])
    if row is None:
        row = DocumentRequest(
            id=told["request_id"],
            submission_id=told["submission_id"],
            agency_code=told["agency_code"],
            kind=told["kind"],
            target_id=told.get("target_id"),
            case_file_id=told.get("case_file_id"),
            record_id=told.get("record_id"),
            asked_at=event.at,
        )
        session.add(row)
    elif told["state"] == RequestState.CLOSED:
        row.closed_by, row.closed_at = event.actor, event.at
    row.answer, row.state = told["answer"], told["state"]
    row.remark = told.get("remark", "")
    session.flush()
