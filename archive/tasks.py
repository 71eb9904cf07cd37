"""The vault's periodic work: let followers read on, seal the ledger."""

from __future__ import annotations

from datetime import UTC, datetime

from archive.ledger.follow import follow as read_on
from archive.ledger.follow import followers
from archive.ledger.seal import seal as seal_events
from archive.queue import app
from archive.register.session import transaction


@app.task(name="archive.tasks.follow")
def follow() -> int:
    """Let every follower read what is new; return how many events were handed out."""
    return sum(read_on(follower) for follower in followers())


@app.task(name="archive.tasks.seal")
def seal() -> int:
    """Seal the events that are new and write the segment into every store; return how many events."""
    with transaction() as session:
        return seal_events(session, now=datetime.now(UTC))
