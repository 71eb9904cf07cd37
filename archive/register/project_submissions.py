"""Ledger events about submissions, as register rows.

INGEST, object (submission, id), payload {"agency_code", "message_id", "sha256", "size", "kind", "title"?,
"file_code"?, "state"?, "inbox"?, "legal_at"?, "due_at"?}; the last two are stamps: when it counts as received, and
until when it is to be registered.

A later VALIDATE, RETURN, DECISION, RECEIPT or METADATA_CHANGE with object kind "submission" may carry
{"state", "title", "file_code", "agency_code", "kind", "case_file_id", "mends", "superseded_by", "decided_by", "codes",
"agreement_id", "wanted_again", "source", "source_basis"}; what is absent stays. The states "gathering" and "to-decide"
are no decision and are passed over: such a delivery is read again from the quarantine. "received" takes a decision back
(released from quarantine, `project_infected`). A decision (accepted, returned, refused, superseded) names who decided:
`decided_by`, or else the event's actor.

The ledger is never erased, so findings are in it by their codes alone: places and parameters quote the delivery, as
its file's name does. They are rows the intake writes beside the event, and they go when the case file is destroyed.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from archive.ledger.event import Event, unstamp
from archive.register.models import Submission, SubmissionState

PLAIN = (
    "state",
    "title",
    "file_code",
    "agency_code",
    "kind",
    "case_file_id",
    "mends",
    "superseded_by",
    "agreement_id",
    "wanted_again",
    "source",
    "source_basis",
)
STATES_NO_DECISION = frozenset({SubmissionState.GATHERING, SubmissionState.TO_DECIDE})
STATES_DECIDED = frozenset(
    {
        SubmissionState.ACCEPTED,
        SubmissionState.RETURNED,
        SubmissionState.REFUSED,
        SubmissionState.SUPERSEDED,
    }
)


def received(session: Session, event: Event) -> None:
    """INGEST: the raw bytes are stored; the submission exists from here on."""
    row = session.get(Submission, event.object_id)
    if row is None:
        row = Submission(
            id=event.object_id,
            agency_code=event.payload["agency_code"],
            message_id=event.payload["message_id"],
            sha256=event.payload.get("sha256", event.after_sha256),
            size=event.payload["size"],
            kind=event.payload["kind"],
            inbox=event.payload.get("inbox", ""),
        )
        session.add(row)
    row.received_at = event.at
    legal_at, due_at = event.payload.get("legal_at"), event.payload.get("due_at")
    row.received_legal_at = unstamp(legal_at) if legal_at else event.at
    row.due_at = unstamp(due_at) if due_at else None
    _move(session, row, event)


def moved(session: Session, event: Event) -> None:
    """VALIDATE, RETURN, DECISION ... about a submission: its legal state and what is known of it."""
    row = session.get(Submission, event.object_id)
    if row is not None:
        _move(session, row, event)


def _move(session: Session, row: Submission, event: Event) -> None:
    undecided = event.payload.get("state") in STATES_NO_DECISION
    for key in PLAIN:
        if key in event.payload and not (key == "state" and undecided):
            setattr(row, key, event.payload[key])
    if event.payload.get("state") in STATES_DECIDED:
        row.decided_by = event.payload.get("decided_by", event.actor)
        row.decided_at = event.at
    elif event.payload.get("state") == SubmissionState.RECEIVED:
        row.decided_by, row.decided_at = "", None  # released from quarantine: it is undecided again
    session.flush()
