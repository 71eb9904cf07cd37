"""What happened to a plan or to one of its case files, into ledger and register in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from archive.ledger.append import append
from archive.ledger.event import Event, Verb
from archive.register.project_migrations import PLAN
from archive.register.projection import apply

ACTOR = "system:migration"


def of_plan(
    session: Session,
    plan_id: str,
    told: Mapping[str, Any],
    *,
    actor: str = ACTOR,
    role: str = "",
    basis: str = "",
    now: datetime,
) -> Event:
    """Append what happened to a plan."""
    event = append(
        session,
        Verb.MIGRATE,
        actor=actor,
        role=role,
        kind=PLAN,
        id=plan_id,
        payload=dict(told),
        basis=basis,
        now=now,
    )
    apply(session, event)
    return event


def of_file(
    session: Session,
    plan_id: str,
    case_file_id: str,
    told: Mapping[str, Any],
    *,
    before: str | None = None,
    after: str | None = None,
    now: datetime,
) -> Event:
    """Append what happened to a case file of a plan; it may hold no name and no word of a document."""
    event = append(
        session,
        Verb.MIGRATE,
        actor=ACTOR,
        kind="case-file",
        id=case_file_id,
        payload={"plan_id": plan_id, **told},
        before=before,
        after=after,
        now=now,
    )
    apply(session, event)
    return event
