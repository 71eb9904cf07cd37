"""Leases: one worker at a time advances a submission, and a dead worker's work is free again soon.

The lease is a time in the register, renewed from a thread while a step runs; when the worker is killed it runs
out and the sweep hands the submission to another. Who takes over from the dead counts it: a delivery that kills
its worker every time is known by that number (`Submission.interrupted`).
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import or_, update

from archive.register.models import STATES_OPEN, Submission, new_id
from archive.register.session import transaction

log = logging.getLogger(__name__)


class Taken(StrEnum):
    """How a lease was come by."""

    FREE = "free"
    FROM_THE_DEAD = "from-the-dead"  # its holder let it run out: the process was killed or hung


@dataclass(frozen=True)
class Lease:
    """A lease held for a block; false when somebody else has it."""

    owner: str = ""
    taken: Taken | None = None

    def __bool__(self) -> bool:
        return self.taken is not None


def acquire(submission_id: str, owner: str, *, seconds: int, now: datetime) -> Taken | None:
    """Take or renew the lease if nobody else holds it and the submission is open; say how, None when not."""
    until = {"lease_until": now + timedelta(seconds=seconds), "lease_owner": owner}
    mine = update(Submission).where(Submission.id == submission_id, Submission.state.in_(STATES_OPEN))
    with transaction() as session:
        dead = session.execute(
            mine.where(Submission.lease_until < now, Submission.lease_owner != owner).values(
                **until, interrupted=Submission.interrupted + 1
            )
        )
        if dead.rowcount:  # type: ignore[attr-defined]  # CursorResult at run time
            return Taken.FROM_THE_DEAD
        free = session.execute(
            mine.where(or_(Submission.lease_until.is_(None), Submission.lease_owner == owner)).values(**until)
        )
        return Taken.FREE if free.rowcount else None  # type: ignore[attr-defined]


def release(submission_id: str, owner: str) -> None:
    """Give the lease back, if it is still ours."""
    with transaction() as session:
        session.execute(
            update(Submission)
            .where(Submission.id == submission_id, Submission.lease_owner == owner)
            .values(lease_until=None, lease_owner="")
        )


@contextmanager
def held(submission_id: str, *, seconds: int) -> Iterator[Lease]:
    """Hold the lease for the block, renewing it; what it yields is false when somebody else has it."""
    owner = f"{socket.gethostname()[:30]}:{os.getpid()}:{new_id()[:8]}"
    taken = acquire(submission_id, owner, seconds=seconds, now=datetime.now(UTC))
    if taken is None:
        yield Lease()
        return
    over = threading.Event()

    def _renew() -> None:
        while not over.wait(seconds / 3):
            try:
                acquire(submission_id, owner, seconds=seconds, now=datetime.now(UTC))
            except Exception as error:
                # The register is slow or away: the next try comes before the lease ends.
                log.warning("lease of %s not renewed: %s", submission_id, error)

    renewer = threading.Thread(target=_renew, name=f"lease {submission_id[:8]}", daemon=True)
    renewer.start()
    try:
        yield Lease(owner, taken)
    finally:
        over.set()
        renewer.join()
        release(submission_id, owner)
