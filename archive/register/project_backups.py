"""Ledger events about backup sets, as register rows.

BACKUP, object (backup, number), payload by "state":
"making": {"place", "expires_on"}. Ledgered before a byte is written, so that no copy exists that a destruction does not
know of.
"kept": {"event", "digest", "files"}, after = hash of the manifest.
"erased": {"document"?}: overwritten by us, or, with a document, destroyed elsewhere.
Older events have no state: those backups are known to nobody.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from archive.ledger.event import Event
from archive.register.backups import BackupSet, BackupState


def changed(session: Session, event: Event) -> None:
    """BACKUP: a set is begun, whole, or gone."""
    told = event.payload
    state = told.get("state")
    if state is None:
        return
    if state == BackupState.MAKING:
        session.add(
            BackupSet(
                number=event.object_id,
                state=state,
                place=told["place"],
                begun_at=event.at,
                begun_seq=event.seq,
                expires_on=date.fromisoformat(told["expires_on"]),
            )
        )
        session.flush()
        return
    row = session.get_one(BackupSet, event.object_id)
    row.state = state
    if state == BackupState.KEPT:
        row.event, row.files = told["event"], told["files"]
        row.manifest_sha256 = event.after_sha256 or ""
    else:
        row.gone_at, row.document = event.at, told.get("document", "")
    session.flush()
