"""Celery tasks of the intake: thin, by id, safe to run twice."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime

from archive.errors import TemporaryError
from archive.queue import app, send
from archive.register.session import transaction
from archive.vietnam import day_of
from ingest import fetching, outbox, pipeline, rounds, tidying
from ingest.duelists import lists
from ingest.gateway.opening import named
from ingest.handover import minutes
from ingest.infected import wiping
from ingest.migration import running, trying
from ingest.rescan.round import rescan
from ingest.settings import IngestSettings

log = logging.getLogger(__name__)

TIDY_SECONDS = 60.0
_tidied = float("-inf")


@app.task(name="ingest.tasks.advance")
def advance(submission_id: str) -> str:
    """Take one submission as far as it goes now."""
    return pipeline.advance(submission_id)


@app.task(name="ingest.tasks.sweep")
def sweep() -> int:
    """Send again what is open and held by nobody: killed workers, waits that are over, lost messages.

    Also tidies the quarantine, now and then.
    """
    global _tidied
    with transaction() as session:
        ids = pipeline.unfinished(session, now=datetime.now(UTC))
    for submission_id in ids:
        send("ingest.tasks.advance", submission_id, expires=60)
    if time.monotonic() - _tidied > TIDY_SECONDS:
        tidying.tidy()
        _tidied = time.monotonic()
    return len(ids)


@app.task(name="ingest.tasks.fetch")
def fetch() -> int:
    """Have every inbox asked whose turn it is, each by a task of its own: a slow one keeps nobody waiting."""
    names = rounds.due(IngestSettings.load().ways_in, datetime.now(UTC))
    for name in names:
        send("ingest.tasks.fetch_from", name, expires=60)
    return len(names)


@app.task(name="ingest.tasks.fetch_from")
def fetch_from(name: str) -> int:
    """Take in what waits at one inbox; while it is down, a later turn tries again."""
    return fetching.fetch_from(named(name), now=datetime.now(UTC))


@app.task(name="ingest.tasks.send_statuses")
def send_statuses() -> int:
    """Send the status messages that are owed, each by the way its delivery came."""
    return outbox.send_all(datetime.now(UTC))


@app.task(name="ingest.tasks.wipe_infected")
def wipe_infected(submission_id: str) -> bool:
    """Overwrite the bytes of an infected delivery whose destruction two people decided."""
    return wiping.wipe_destroyed(submission_id, now=datetime.now(UTC))


@app.task(name="ingest.tasks.print_minutes")
def print_minutes() -> int:
    """Print the minutes of hand-overs that are owed and due; return how many were made."""
    return minutes.print_due(datetime.now(UTC))


@app.task(name="ingest.tasks.announce_due")
def announce_due() -> int:
    """Announce what falls due within 30 days and was not announced yet; return how many case files."""
    now = datetime.now(UTC)
    with transaction() as session:
        return lists.announce(session, now=now, today=day_of(now))


@app.task(name="ingest.tasks.rescan_holdings")
def rescan_holdings() -> int:
    """Look through the originals that are due for viruses again; return how many packages were looked through."""
    try:
        return rescan(datetime.now(UTC)).packages
    except TemporaryError as error:
        log.warning(
            "the rescan for viruses waits: %s", error
        )  # clamd or a store is down, or another run is at it
        return 0


@app.task(name="ingest.tasks.migrate")
def migrate() -> int:
    """Go on with the preservation plans that run or are being reversed; return how many case files were dealt with."""
    try:
        return running.run(datetime.now(UTC)).done
    except TemporaryError as error:
        log.warning("the preservation plans: %s", error)  # another run is at it; the next one goes on
        return 0


@app.task(name="ingest.tasks.try_plan")
def try_plan(plan_id: str, count: int) -> int:
    """Try a preservation plan out on a sample; return how many files were tried."""
    return trying.try_plan(plan_id, count, now=datetime.now(UTC))
