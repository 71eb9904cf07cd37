"""Who read which file: one event of the ledger per reading, however many pieces a viewer asks for.

A browser's viewer asks for a file piece by piece. Pieces the same person asks for within `ONE_READING` after a
ledgered reading of that very file are part of it; the first byte always begins a new one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.register.session import reading, transaction
from archive.viewer import Viewer

ONE_READING = timedelta(minutes=15)


def note_reading(
    kind: str,
    object_id: str,
    what: Mapping[str, str],
    *,
    sha256: str,
    viewer: Viewer,
    now: datetime,
    verb: Verb,
    begins: bool,
) -> None:
    """Ledger the reading in a transaction of its own, unless it goes on with one just ledgered.

    Args:
        kind: of the object read: `case-file` or `submission`.
        object_id: its id.
        what: which file of it; no name a sender gave, since the ledger is never erased.
        sha256: of the file.
        viewer: who reads.
        now: aware.
        verb: VIEW or COPY.
        begins: the first byte is among what is read; where it begins is the asker's to choose.
    """
    if not begins:
        with reading() as session:
            if goes_on(session, object_id, what, viewer, now, verb):
                return
    with transaction() as session:
        append(session, verb, actor=viewer.name, kind=kind, id=object_id, payload=what, after=sha256, now=now)


def goes_on(
    session: Session, object_id: str, what: Mapping[str, str], viewer: Viewer, now: datetime, verb: Verb
) -> bool:
    """Say whether this person began to read this very file in the same way a moment ago."""
    query = select(EventRow.payload).where(
        EventRow.object_id == object_id,
        EventRow.verb == verb.value,
        EventRow.actor == viewer.name,
        EventRow.at > now - ONE_READING,
    )
    return any(dict(payload) == what for payload in session.scalars(query))
