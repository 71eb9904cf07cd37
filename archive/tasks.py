"""The vault's periodic work: let followers read on, seal the ledger."""

from __future__ import annotations

from archive.ledger.follow import follow as read_on
from archive.ledger.follow import followers
from archive.queue import app


@app.task(name="archive.tasks.follow")
def follow() -> int:
    """Let every follower read what is new; return how many events were handed out."""
    return sum(read_on(follower) for follower in followers())
