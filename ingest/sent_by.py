"""Who sent a delivery, as the ledger has it: nobody accepts what they sent themselves."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.register.models import Submission, SubmissionKind
from archive.viewer import Viewer


def sent_by(session: Session, submission: Submission) -> frozenset[str]:
    """Return the accounts that sent a delivery, and the returned ones it mends; a machine's way in is one of them.

    A case file an archivist made of documents that came alone was sent by nobody here: its documents are the office's.
    """
    ids = list[str]()
    one: Submission | None = submission
    while one is not None and one.id not in ids:
        if one.kind != SubmissionKind.ASSEMBLY:
            ids.append(one.id)
        one = session.get(Submission, one.mends) if one.mends else None
    query = select(EventRow.actor).where(EventRow.object_id.in_(ids), EventRow.verb == Verb.INGEST.value)
    return frozenset(session.scalars(query))


def is_own(session: Session, submission: Submission, viewer: Viewer) -> bool:
    """Say whether this person sent it, and so leaves accepting it to somebody else."""
    return viewer.name in sent_by(session, submission)
