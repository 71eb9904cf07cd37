"""Ledger events about agreements, lists of due files and minutes, as register rows.

AGREEMENT, object (agreement, id): when proposed {"state", "agency_code", "version", "number", "signed_on",
"signed_by_agency", "signed_by_archive", "valid_from", "valid_until", "terms", "terms_sha256"}; when decided {"state",
"remark"}, and the event's actor and role decided.
DUE_LIST, object (agency, code): {"lines": [{"code", "title", "period", "ended_on", "planned_on", "note"}]} puts them on
the list or changes them, {"withdrawn": [code], "why"} takes them off, {"announced": [code]} tells the agency. A line
whose planned day changes is announced anew.
MINUTES, object (submission, id), after = hash of the PDF: {"agency_code", "name", "size", "copies"}; the last, which
older events lack, are the stores whose copy was read back.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from archive.ledger.event import Event
from archive.register.agreements import Agreement, AgreementState, DueFile, Minutes, MinutesCopy
from archive.register.models import CopyState


def agreed(session: Session, event: Event) -> None:
    """AGREEMENT: a version is proposed, or somebody decides about it."""
    told = event.payload
    row = session.get(Agreement, event.object_id)
    if row is None:
        row = Agreement(
            id=event.object_id,
            agency_code=told["agency_code"],
            version=told["version"],
            number=told["number"],
            signed_on=date.fromisoformat(told["signed_on"]),
            signed_by_agency=told["signed_by_agency"],
            signed_by_archive=told["signed_by_archive"],
            valid_from=date.fromisoformat(told["valid_from"]),
            valid_until=_day(told.get("valid_until")),
            terms=dict(told["terms"]),
            terms_sha256=told["terms_sha256"],
            proposed_by=event.actor,
            proposed_at=event.at,
        )
        session.add(row)
    elif told["state"] != AgreementState.PROPOSED:
        row.decided_by, row.decided_role, row.decided_at = event.actor, event.role, event.at
        row.remark = told.get("remark", "")
    row.state = told["state"]
    session.flush()


def listed(session: Session, event: Event) -> None:
    """DUE_LIST: lines come, change, go, or are announced."""
    agency = event.object_id
    for line in event.payload.get("lines", ()):
        row = session.get(DueFile, (agency, line["code"]))
        if row is None:
            row = DueFile(agency_code=agency, code=line["code"])
            session.add(row)
        planned = date.fromisoformat(line["planned_on"])
        if row.planned_on != planned or row.withdrawn_at is not None:
            row.announced_at = None
        row.title, row.period, row.note = line["title"], line["period"], line["note"]
        row.ended_on, row.planned_on = _day(line.get("ended_on")), planned
        row.listed_by, row.listed_at = event.actor, event.at
        row.withdrawn_at, row.withdrawn_why = None, ""
    for code in event.payload.get("withdrawn", ()):
        if (row := session.get(DueFile, (agency, code))) is not None:
            row.withdrawn_at, row.withdrawn_why = event.at, event.payload.get("why", "")
    for code in event.payload.get("announced", ()):
        if (row := session.get(DueFile, (agency, code))) is not None:
            row.announced_at = event.at
    session.flush()


def minuted(session: Session, event: Event) -> None:
    """MINUTES: the minutes of a hand-over are in the stores."""
    row = session.get(Minutes, event.object_id) or Minutes(submission_id=event.object_id)
    row.agency_code, row.name = event.payload["agency_code"], event.payload["name"]
    row.sha256, row.size, row.made_at = event.after_sha256 or "", event.payload["size"], event.at
    session.add(row)
    session.flush()
    for store in event.payload.get("copies", ()):
        if session.get(MinutesCopy, (event.object_id, store)) is None:
            copy = MinutesCopy(submission_id=event.object_id, store=store)
            copy.state, copy.checked_at = CopyState.VERIFIED, event.at
            session.add(copy)
    session.flush()


def _day(text: Any) -> date | None:
    return date.fromisoformat(text) if text else None
