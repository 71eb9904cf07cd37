"""The events of one delivery, a page at a time, the newest first."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from archive.ledger.append import history
from archive.ledger.event import Event, Verb

SIZE = 15
READINGS = frozenset({Verb.VIEW, Verb.COPY})


@dataclass(frozen=True)
class History:
    """One page.

    Attributes:
        older: the number to read on behind; None when the first event is shown.
        newest: this is the first page.
    """

    events: list[Event]
    older: int | None
    newest: bool


def history_of(session: Session, submission_id: str, *, behind: int | None, with_readings: bool) -> History:
    """Return a page of the events; who read what is only for those whose business it is."""
    without = frozenset() if with_readings else READINGS
    found = history(session, submission_id, limit=SIZE + 1, without=without, before=behind)
    more = len(found) > SIZE
    del found[SIZE:]
    return History(found, found[-1].seq if more else None, behind is None)
