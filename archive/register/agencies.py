"""Agencies and fonds: who sends, and to which body of records it belongs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from archive.errors import NotFoundError
from archive.ledger.append import append
from archive.ledger.event import Event, Verb
from archive.register.models import Agency, Fonds


def set_agency(
    session: Session,
    *,
    code: str,
    name: str,
    profile: str = "",
    level1: str = "",
    auto_accept: bool = False,
    submits_to_historical: bool = True,
    actor: str,
    role: str = "",
    basis: str = "",
    now: datetime,
) -> Agency:
    """Make or change an agency (cơ quan, tổ chức nộp lưu) and return it; no event when nothing changes."""
    payload: dict[str, Any] = {
        "name": name,
        "profile": profile,
        "level1": level1,
        "auto_accept": auto_accept,
        "submits_to_historical": submits_to_historical,
    }
    row = session.get(Agency, code)
    if row is None or any(getattr(row, key) != value for key, value in payload.items()):
        event = append(
            session,
            Verb.AGENCY_SET,
            actor=actor,
            role=role,
            kind="agency",
            id=code,
            payload=payload,
            basis=basis,
            now=now,
        )
        project_agency(session, event)
    return session.get_one(Agency, code)


def set_fonds(
    session: Session,
    *,
    code: str,
    agency_code: str,
    name: str,
    actor: str,
    role: str = "",
    basis: str = "",
    now: datetime,
) -> Fonds:
    """Make or change a fonds (phông lưu trữ) and return it; no event when nothing changes.

    Raises:
        NotFoundError: the agency is not in the register.
    """
    if session.get(Agency, agency_code) is None:
        raise NotFoundError(f"agency {agency_code} is not in the register; set it before fonds {code}")
    row = session.get(Fonds, code)
    if row is None or (row.agency_code, row.name) != (agency_code, name):
        event = append(
            session,
            Verb.FONDS_SET,
            actor=actor,
            role=role,
            kind="fonds",
            id=code,
            payload={"agency_code": agency_code, "name": name},
            basis=basis,
            now=now,
        )
        project_fonds(session, event)
    return session.get_one(Fonds, code)


def project_agency(session: Session, event: Event) -> None:
    """AGENCY_SET: object is the code; payload has the other columns."""
    row = session.get(Agency, event.object_id) or Agency(code=event.object_id)
    row.name = event.payload["name"]
    row.profile = event.payload.get("profile", "")
    row.level1 = event.payload.get("level1", "")
    row.auto_accept = event.payload.get("auto_accept", False)
    row.submits_to_historical = event.payload.get("submits_to_historical", True)
    session.add(row)
    session.flush()


def project_fonds(session: Session, event: Event) -> None:
    """FONDS_SET: object is the code; payload {"agency_code", "name"}."""
    row = session.get(Fonds, event.object_id) or Fonds(code=event.object_id)
    row.agency_code = event.payload["agency_code"]
    row.name = event.payload["name"]
    session.add(row)
    session.flush()
