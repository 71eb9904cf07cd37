"""What a disposal list is called: the number of the letter that submitted it, which no later paper changes."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.ledger.event import Verb
from archive.ledger.rows import EventRow


def name_of(session: Session, order_id: str) -> str:
    """Return what one list is called; its id where nothing names it."""
    return names_of(session, [order_id]).get(order_id) or order_id


def names_of(session: Session, order_ids: Iterable[str]) -> dict[str, str]:
    """Return order id -> number of the letter that submitted the list, whatever papers came since."""
    first = (
        select(func.min(EventRow.seq))
        .where(EventRow.object_id.in_(list(order_ids)), EventRow.verb == Verb.DECISION.value)
        .group_by(EventRow.object_id)
    )
    # Of the basis, "number, date", and not of the payload, which names every case file of the list.
    query = select(EventRow.object_id, EventRow.basis).where(EventRow.seq.in_(first))
    return {id: basis.rpartition(", ")[0] for id, basis in session.execute(query)}
