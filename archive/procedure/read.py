"""Read a disposal list's story from the ledger."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.procedure.follow import follow
from archive.procedure.story import Happened, Story


def story_of(session: Session, order_id: str) -> Story | None:
    """Return the story of a disposal list, followed from its first event in the ledger.

    None for an order that has no procedure: of another kind, unknown, or a destruction that was proposed before there
    was one.

    Args:
        session: on the register.
        order_id: of the order that carries the list.
    """
    query = select(EventRow).where(EventRow.object_id == order_id, EventRow.verb == Verb.DECISION.value)
    rows = session.scalars(query.order_by(EventRow.seq))
    events = (Happened(row.seq, row.at, row.actor, row.role, row.payload) for row in rows)
    return follow(events, order_id=order_id)
