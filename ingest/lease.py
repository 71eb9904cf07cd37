"""Leases: one worker at a time advances a submission, and a dead worker's work is free again soon.

The lease is a time in the register, renewed from a thread while a step runs; when the worker is killed it runs
out and the sweep hands the submission to another.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from sqlalchemy import or_, update

from archive.register.models import STATES_OPEN, Submission, new_id
from archive.register.session import transaction


def acquire(submission_id: str, owner: str, *, seconds: int, now: datetime) -> bool:
    """Take the lease if nobody holds it and the submission is open; say whether it was taken."""
    with transaction() as session:
        taken = session.execute(
            update(Submission)
            .where(
                Submission.id == submission_id,
                Submission.state.in_(STATES_OPEN),
                or_(
                    Submission.lease_until.is_(None),
                    Submission.lease_until < now,
                    Submission.lease_owner == owner,
                ),
            )
            .values(lease_until=now + timedelta(seconds=seconds), lease_owner=owner)
        )
        return bool(taken.rowcount)  # type: ignore[attr-defined]  # CursorResult at run time


def release(submission_id: str, owner: str) -> None:
    """Give the lease back, if it is still ours."""
    with transaction() as session:
        session.execute(
            update(Submission)
            .where(Submission.id == submission_id, Submission.lease_owner == owner)
            .values(lease_until=None, lease_owner="")
        )


@contextmanager
def held(submission_id: str, *, seconds: int) -> Iterator[bool]:
    """Hold the lease for the block, renewing it; yields False when somebody else has it."""
    owner = f"{socket.gethostname()[:30]}:{os.getpid()}:{new_id()[:8]}"
    if not acquire(submission_id, owner, seconds=seconds, now=datetime.now(UTC)):
        yield False
        return
    over = threading.Event()

    def _renew() -> None:
        while not over.wait(seconds / 3):
            acquire(submission_id, owner, seconds=seconds, now=datetime.now(UTC))

    renewer = threading.Thread(target=_renew, name=f"lease {submission_id[:8]}", daemon=True)
    renewer.start()
    try:
        yield True
    finally:
        over.set()
        renewer.join()
        release(submission_id, owner)
