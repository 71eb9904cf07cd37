"""Ledger events about agencies' own retention schedules, as register rows.

SCHEDULE, object (schedule, id): when proposed {"state", "agency_code", "version", "name", "number", "signed_on",
"signed_by", "valid_from", "valid_until", "lines", "lines_sha256"}; when decided {"state", "remark", "lines_sha256"},
and the event's actor and role decided.
RETENTION_SET and RETENTION_CHANGE use a version when one of their steps names it (`used`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from archive.ledger.event import Event
from archive.register.schedules import ScheduleState, ScheduleVersion


def scheduled(session: Session, event: Event) -> None:
    """SCHEDULE: a version is proposed, or somebody decides about it."""
    told = event.payload
    row = session.get(ScheduleVersion, event.object_id)
    if row is None:
        row = ScheduleVersion(
            id=event.object_id,
            agency_code=told["agency_code"],
            version=told["version"],
            name=told["name"],
            number=told["number"],
            signed_on=date.fromisoformat(told["signed_on"]),
            signed_by=told["signed_by"],
            valid_from=date.fromisoformat(told["valid_from"]),
            valid_until=date.fromisoformat(told["valid_until"]) if told.get("valid_until") else None,
            lines=list(told["lines"]),
            line_count=len(told["lines"]),
            lines_sha256=told["lines_sha256"],
            proposed_by=event.actor,
            proposed_at=event.at,
        )
        session.add(row)
    elif told["state"] != ScheduleState.PROPOSED:
        row.decided_by, row.decided_role, row.decided_at = event.actor, event.role, event.at
        row.remark = told.get("remark", "")
    row.state = told["state"]
    session.flush()


def used(session: Session, event: Event) -> None:
    """Note that an event which sets a period rests on versions; only the first of each is kept."""
    for id in sorted(_named(event.payload.get("basis") or {})):
        session.execute(
            update(ScheduleVersion)
            .where(ScheduleVersion.id == id, ScheduleVersion.first_used_seq.is_(None))
            .values(first_used_seq=event.seq)
        )


def assigned(basis: Mapping[str, Any] | None) -> tuple[str, str]:
    """Return the schedule and the row a person assigned, as the steps of a reckoning say; ("", "") for none."""
    for step in (basis or {}).get("steps", ()):
        if step.get("code") == "assigned-row":
            params = step.get("params", {})
            return str(params.get("schedule", "")), str(params.get("row", ""))
    return "", ""


def _named(basis: Mapping[str, Any]) -> set[str]:
    return {
        str(step["params"]["schedule"])
        for step in basis.get("steps", ())
        if step.get("params", {}).get("schedule")
    }
