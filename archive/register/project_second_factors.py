"""What an event about an account's second factor takes away: a secret comes from no event, so none brings one back."""

from __future__ import annotations

from sqlalchemy.orm import Session

from archive.ledger.event import Event
from archive.register.second_factor import ENROLLED, RESET, SecondFactor


def changed(session: Session, event: Event) -> None:
    """End the second factor that was in force, or begun, before an event that reset or replaced it.

    A register restored from a backup holds what was in force then; the events after it end that. One that has seen
    the event already keeps what came after it.
    """
    act = event.payload.get("act")
    if event.object_kind != "account" or act not in (ENROLLED, RESET):
        return
    row = session.get(SecondFactor, event.object_id, with_for_update=True, populate_existing=True)
    if row is None or row.since_event >= event.seq:
        return
    row.secret, row.confirmed_at, row.next_secret = "", None, ""
    row.proved_at, row.proved_for, row.consumed = None, "", False
    row.since_event, row.reset_untold = event.seq, act == RESET
