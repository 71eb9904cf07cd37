"""Seal right after the commit what could not be found again if the register were lost a moment later.

A stored case file can be found again in the stores, and an unfinished submission is sent again by its sender.
A decision exists nowhere else: an order, an approval, a hold, a receipt, a destruction and the papers of it, an
agreement, a release from quarantine, a backup set somewhere else that a destruction has to find, a preservation plan,
what it takes back. So these are sealed at once; everything else within the period of `archive.tasks.seal`.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from archive.after_commit import after_commit
from archive.errors import TangThuError
from archive.ledger.event import Event, Verb
from archive.ledger.seal import seal

log = logging.getLogger(__name__)

SEALED_AT_ONCE = frozenset(
    {
        Verb.HOLD,
        Verb.LIFT_HOLD,
        Verb.RETENTION_CHANGE,
        Verb.ERASE,
        Verb.DESTROY,
        Verb.TRANSFER,
        Verb.RIGHTS_CHANGE,
        Verb.AGREEMENT,
        Verb.SCHEDULE,
        Verb.BACKUP,
        Verb.PAPER,
    }
)


def seal_after_commit(session: Session, *happened: Event) -> None:
    """Have the ledger sealed when this session has committed, if one of the events is a decision.

    A seal that fails is only logged: the events are committed and the periodic task seals them.
    """
    if any(map(_is_decision, happened)):
        engine = session.get_bind().engine
        after_commit(session, "seal the ledger", lambda: _seal(engine))


def _is_decision(happened: Event) -> bool:
    return (
        happened.verb in SEALED_AT_ONCE
        or (
            happened.verb is Verb.DECISION
            and (happened.object_kind == "order" or "quarantine" in happened.payload)
        )
        or (
            happened.verb is Verb.MIGRATE
            and (happened.object_kind == "plan" or str(happened.payload.get("did", "")).startswith("revers"))
        )
    )


def _seal(engine: Engine) -> None:
    try:
        with Session(engine) as session, session.begin():
            seal(session, now=datetime.now(UTC))
    except (TangThuError, SQLAlchemyError) as error:
        log.warning("the ledger was not sealed at once, the next periodic seal does it: %s", error)
