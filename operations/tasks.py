"""Celery tasks of the machine room."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from archive.queue import app
from operations.backups import expiry

log = logging.getLogger(__name__)


@app.task(name="operations.tasks.expire_backups")
def expire_backups() -> int:
    """Erase the backups whose day has come, and give the second receipts; return how many backups are gone now."""
    done = expiry.expire(now=datetime.now(UTC))
    for trouble in done.troubles:
        log.error("a backup that should be gone: %s", trouble)
    return len(done.erased)
