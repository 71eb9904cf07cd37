"""The vault's periodic work: follow, seal and time-stamp the ledger, read every copy again in its turn."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from archive.checkpoints import checkpoint_is_due, write_checkpoint
from archive.errors import TemporaryError
from archive.evidence.keep import fill as fill_evidence
from archive.evidence.rounds import make_rounds
from archive.ledger.follow import follow_all
from archive.ledger.mend import fill
from archive.ledger.seal import seal as seal_events
from archive.patience import Patience
from archive.promises import keep
from archive.queue import app
from archive.register.models import Component
from archive.register.session import reading, transaction
from archive.rolling.roll import roll
from archive.rolling.segments import roll_evidence, roll_segments
from archive.stamping import stamp as stamp_seal
from archive.timestamps.errors import TimestampError

log = logging.getLogger(__name__)

# A search engine that hangs costs its whole time limit per try; the queue has other work.
PATIENCE = Patience(timedelta(seconds=5), timedelta(minutes=2))

STAMP_PATIENCE = Patience(timedelta(minutes=1), timedelta(minutes=15))
"""An authority that is down, or whose stamps cannot be taken, is asked again later and later."""

AUTHORITY = "time-stamping authority"

CHEAP = 50_000
"""Components up to which the digest of the register costs no writer a wait worth a thought."""


@app.task(name="archive.tasks.follow")
def follow() -> int:
    """Let every follower read what is new; return how many events were handed out.

    A follower whose part is down is logged and asked again later. Any other trouble rises once all have had their
    turn, so that the queue shows it.
    """
    progress = follow_all(patience=PATIENCE, now=datetime.now(UTC))
    broken = [error for error in progress.failed.values() if not isinstance(error, TemporaryError)]
    if broken:
        raise ExceptionGroup("followers of the ledger are broken", broken)
    return progress.seen


@app.task(name="archive.tasks.seal")
def seal() -> int:
    """Seal the events that are new, write the segment into every store; return how many events.

    Stores that were away get the newest segments they missed. While the register is small its digest goes into the
    stores too, also of what was sealed at once meanwhile; later `tangthu ledger seal` does that, at a quiet hour.
    """
    with transaction() as session:
        sealed = seal_events(session, now=datetime.now(UTC))
    with reading() as session:
        fill(session)
        count = session.scalar(select(func.count()).select_from(Component)) or 0
        due = count <= CHEAP and checkpoint_is_due(session)
    if due:
        with transaction() as session:
            write_checkpoint(session, now=datetime.now(UTC))
    return sealed


@app.task(name="archive.tasks.stamp")
def stamp() -> int:
    """Have the newest seal time-stamped, when an authority is set; return its number, 0 when nothing was owed.

    While the authority does not answer, or answers what cannot be taken, the stamp stays owed: sealing goes on, the
    doctor tells it, and the authority is asked again later.
    """
    now = datetime.now(UTC)
    if STAMP_PATIENCE.waits(AUTHORITY, now):
        return 0
    try:
        number = stamp_seal(now=now)
    except (TemporaryError, TimestampError) as error:
        wait = STAMP_PATIENCE.failed(AUTHORITY, now)
        log.warning("the ledger's time-stamp stays owed, asked again in %s: %s", wait, error)
        return 0
    STAMP_PATIENCE.well(AUTHORITY)
    return number


@app.task(name="archive.tasks.go_the_rounds")
def go_the_rounds() -> int:
    """Read what is due of the copies, the ledger's segments and the rounds of evidence, and mend what is bad.

    Returns:
        How many copies were read.
    """
    now = datetime.now(UTC)
    try:
        done = roll(now)
        roll_segments(now)
        roll_evidence(now)
    except TemporaryError as error:
        log.warning("the round through the copies: %s", error)  # another run is at it; the next one goes on
        return 0
    return done.copies


@app.task(name="archive.tasks.keep_promises")
def keep_promises() -> int:
    """Ask holders again for what they promised to be gone by today; return how many promises are still owed."""
    return len(keep(actor="system:promises", now=datetime.now(UTC)))


@app.task(name="archive.tasks.renew_evidence")
def renew_evidence() -> int:
    """Give new packages their evidence, and renew time-stamps that run out soon; return the number of the last round.

    While the authority does not answer, or answers what cannot be taken, it stays owed and is asked again later.
    """
    now = datetime.now(UTC)
    if STAMP_PATIENCE.waits(AUTHORITY, now):
        return 0
    try:
        made = make_rounds(now=now)
        with reading() as session:
            fill_evidence(session)
    except (TemporaryError, TimestampError) as error:
        wait = STAMP_PATIENCE.failed(AUTHORITY, now)
        log.warning("evidence stays owed, asked again in %s: %s", wait, error)
        return 0
    return made[-1].number if made else 0
