"""Tidying: bytes that should have left the quarantine and did not, because the process was killed in between."""

from __future__ import annotations

import time
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from archive.register.models import Finding, Submission, SubmissionState
from archive.register.session import reading
from ingest import preflight, quarantine
from ingest.mending.earlier import mended_and_stored
from ingest.steps.secret import CODES_SECRET

ORPHAN_SECONDS = 24 * 3600  # a folder nobody knows may be an arrival that is being ledgered this moment
AT_ONCE = 500


def tidy() -> int:
    """Remove what must not lie in the quarantine any more; return how many folders those were.

    Stored: the bytes are in the stores. Refused as secret: they must not stay. Unknown to the register for a day:
    reception died before it was ledgered, and the sender still has the message. Returned, and its
    mended whole is stored. What killed pre-flights left. All other bytes stay.
    """
    count = preflight.tidy()
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
                    select(Finding.submission_id).where(
                        Finding.submission_id.in_(some), Finding.code.in_(CODES_SECRET)
                    )
                )
            )
            mended = mended_and_stored(session, some)
        for name in some:
            state = states.get(name)
            if state is None and not _orphaned(places[name]):
                continue
            if (
                state in (None, SubmissionState.STORED)
                or (state == SubmissionState.REFUSED and name in secret)
                or name in mended
            ):
                quarantine.wipe(name)
                count += 1
    return count


def _is_id(name: str) -> bool:
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False


def _orphaned(place: Path) -> bool:
    return time.time() - place.stat().st_mtime > ORPHAN_SECONDS
