"""Celery tasks of `exports`: send what was decided, check what came in, read the receipts; outside of any request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import exists, select

from archive import queue
from archive.queue import RETRIED, app
from archive.register.decisions import Order, OrderItem, OrderKind, OrderState
from archive.register.session import reading, transaction
from archive.viewer import viewer_of
from exports import reception, sending, transfer
from exports.giving import counter
from exports.progress import ENDED, SENT
from exports.settings import ExportsSettings

LOST = timedelta(minutes=2)
"""A copy that waits longer was not sent to a worker, or its worker is gone."""
EVERY = 60  # seconds between two looks at the copies


@app.task(name="exports.tasks.send", **RETRIED)
def send(order_id: str, name: str, roles: Mapping[str, Sequence[str]]) -> int:
    """Send the packages of an approved hand-over in the name of whoever asked; return how many went.

    Safe to run twice: what was sent is not sent again. An inbox that cannot be written or stores that do not answer
    are tried again, waiting 5 s, doubling to 5 minutes, 20 times; then it can be started again by hand.

    Args:
        order_id: of an approved hand-over.
        name: account of the sender.
        roles: agency code -> role values the sender held when asking.
    """
    sent = sending.send(order_id, viewer=viewer_of(name, roles), now=datetime.now(UTC))
    return sum(one.outcome == SENT for one in sent)


@app.task(name="exports.tasks.receive", **RETRIED)
def receive(name: str) -> int:
    """Check what lies in the Historical Archive's inbox, write receipts, and read them; return how many there were.

    Args:
        name: account of the historical archivist; stands on the receipts.
    """
    given = reception.receive(ExportsSettings.load().inbox, now=datetime.now(UTC), by=name)
    collect()
    return len(given)


@app.task(name="exports.tasks.collect")
def collect() -> int:
    """Read the receipts for what was sent; return how many case files came to an end. Takes no lock when none waits."""
    with reading() as session:
        sent = exists().where(
            OrderItem.order_id == Order.id,
            OrderItem.outcome == SENT,
            Order.kind == OrderKind.TRANSFER,
            Order.state == OrderState.EXECUTING,
        )
        if not session.scalar(select(sent)):
            return 0
    with transaction() as session:
        collected = transfer.collect(session, now=datetime.now(UTC))
    return sum(one.outcome in ENDED for one in collected)


@app.task(name="exports.tasks.prepare", **RETRIED)
def prepare(giving_id: str) -> str:
    """Prepare a copy somebody asked for, and return how it stands; safe to run twice.

    Args:
        giving_id: of `exports.giving.counter`.
    """
    giving = counter.prepare(giving_id, now=datetime.now(UTC))
    return giving.state.value if giving is not None else "gone"


@app.task(name="exports.tasks.tend_copies")
def tend_copies() -> int:
    """Remove copies whose term is over, and have those prepared that still wait; return how many were removed.

    One that a worker is at is left to it: a second worker finds it locked, and one that is done stays as it is.
    """
    now = datetime.now(UTC)
    removed = counter.tidy(now)
    for giving_id in counter.waiting(asked_before=now - LOST):
        queue.send("exports.tasks.prepare", giving_id, expires=EVERY)
    return removed
