"""Tidying: bytes that should have left the quarantine and did not, because the process was killed in between."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from archive.register.deliveries import STATES_WENT_BACK
from archive.register.models import Finding, Submission, SubmissionState
from archive.register.session import reading
from ingest import preflight, quarantine
from ingest.drafting import cabinet
from ingest.gathering.leftovers import left_over
from ingest.infected import wiping
from ingest.mending.earlier import being_mended, mended_and_stored
from ingest.settings import IngestSettings
from ingest.steps.secret import CODES_SECRET, TITLE
from ingest.uploads import keys, shelf

ORPHAN_SECONDS = 24 * 3600  # a folder nobody knows may be an arrival that is being ledgered this moment
AT_ONCE = 500


def tidy(*, now: datetime | None = None) -> int:
    """Remove what must not lie in the quarantine any more; return how many folders those were.

    Stored: the bytes are in the stores. Refused as secret: they must not stay. Unknown to the register for a day:
    reception died before it was ledgered, and the sender still has the message. A trial package: it was
    answered. Returned, and its mended whole is
    stored. Returned or refused longer ago than `returned_kept_days`, and not being mended. Asked back by their
    sender, or noted (`ingest.gathering.leftovers`). Infected, and destroyed by two people or expired
    (`ingest.infected.wiping`). What killed pre-flights left. Uploads nobody went on with (`ingest.uploads.shelf`),
    drafts nobody touched (`ingest.drafting.cabinet`). All other bytes stay.
    """
    now = now or datetime.now(UTC)
    count = preflight.tidy() + shelf.tidy(now) + wiping.tidy(now) + cabinet.tidy(now)
    keys.tidy(now)
    home = quarantine.home()
    places = {path.name: path for path in home.iterdir() if _is_id(path.name)} if home.is_dir() else {}
    names = sorted(places)
    for start in range(0, len(names), AT_ONCE):
        some = names[start : start + AT_ONCE]
        with reading() as session:
            states = dict(
                session.execute(select(Submission.id, Submission.state).where(Submission.id.in_(some))).all()
            )
            secret = set(
                session.scalars(
                    select(Submission.id)
                    .outerjoin(Finding)
                    .where(
                        Submission.id.in_(some),
                        # The title is in the ledger, the findings are not: lost with the register, it still tells.
                        or_(Finding.code.in_(CODES_SECRET), Submission.title == TITLE),
                    )
                )
            )
            done = mended_and_stored(session, some) | left_over(session, some)
            done |= _kept_long_enough(session, some, now)
        for name in some:
            state = states.get(name)
            if state is None and not _orphaned(places[name]):
                continue
            if (
                state in (None, SubmissionState.STORED, SubmissionState.TESTED)
                or (state == SubmissionState.REFUSED and name in secret)
                or name in done
            ):
                quarantine.wipe(name)
                count += 1
    return count


def _kept_long_enough(session: Session, ids: list[str], now: datetime) -> set[str]:
    """Return which of these went back so long ago that their bytes need not stay."""
    before = now - timedelta(days=IngestSettings.load().returned_kept_days)
    old = select(Submission.id).where(
        Submission.id.in_(ids),
        Submission.state.in_(STATES_WENT_BACK),
        func.coalesce(Submission.decided_at, Submission.received_at) < before,
    )
    return {one for one in session.scalars(old) if being_mended(session, one) is None}


def _is_id(name: str) -> bool:
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False


def _orphaned(place: Path) -> bool:
    return time.time() - place.stat().st_mtime > ORPHAN_SECONDS
