"""Ledger what was put right in the stores."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.ledger.mend import Mended

ACTOR = "system:ledger"


def record(session: Session, mended: Mended, *, now: datetime) -> None:
    """Ledger each file that was replaced or written again, in the caller's transaction."""
    for one in mended.replaced:
        _ledger(session, one.key, {"store": one.store, "was": "damaged", "quarantined": one.aside}, now)
    for place in mended.written:
        store, _, key = place.partition(":")
        _ledger(session, key, {"store": store, "was": "missing"}, now)


def _ledger(session: Session, key: str, payload: dict[str, str], now: datetime) -> None:
    append(session, Verb.REPAIR, actor=ACTOR, kind="ledger", id=key, payload=payload, now=now)
