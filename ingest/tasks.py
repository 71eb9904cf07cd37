"""Celery tasks of the intake: thin, by id, safe to run twice."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from archive.errors import TemporaryError
from archive.queue import app, send
from archive.register.session import transaction
from ingest import outbox, pipeline, tidying
from ingest.fetching import fetch_all
from ingest.gateway.axis import Axis
from ingest.settings import IngestSettings

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
    """Take in what waits on the axis, if one is set; while it is down, the next beat tries again."""
    if not IngestSettings.load().axis_url:
        return 0
    try:
        return fetch_all(Axis.from_settings(), now=datetime.now(UTC))
    except TemporaryError:
        return 0


@app.task(name="ingest.tasks.send_statuses")
def send_statuses() -> int:
    """Send the status messages that are owed, if an axis is set."""
    if not IngestSettings.load().axis_url:
        return 0
    return outbox.send_due(Axis.from_settings(), now=datetime.now(UTC))
