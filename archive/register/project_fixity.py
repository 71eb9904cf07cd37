"""Ledger events about what copies were found to be, as register rows.

FIXITY_CHECK, REPAIR, object (package, id) or (minutes, submission id): payload {"states": {store: CopyState}}.
FIXITY_CHECK, object (holdings, "fixity"), one event for a batch of good copies: {"verified": [{"stores": [...],
"packages": [id], "minutes": [submission id]}], "copies": count, "size": sum of bytes}. One event a copy would make the
ledger grow by more than all that people do; a batch still names each, so that the register can be made again from it.
REPAIR, object (ledger, segment): moves no row.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from archive.ledger.event import Event
from archive.register.agreements import MinutesCopy
from archive.register.models import Copy, CopyState, Package
from archive.register.pieces import pieces

HOLDINGS = "holdings"


def checked(session: Session, event: Event) -> None:
    """FIXITY_CHECK, REPAIR: what each copy was found to be; an erased copy stays erased."""
    if event.object_kind == HOLDINGS:
        for part in event.payload.get("verified", ()):
            _verified(session, event, Copy, part["stores"], part.get("packages", ()))
            _verified(session, event, MinutesCopy, part["stores"], part.get("minutes", ()))
    elif event.object_kind == "package":
        _found(session, event, Copy)
        package = session.get(Package, event.object_id)
        if package is not None:
            session.expire(package, ["copies"])
    elif event.object_kind == "minutes":
        _found(session, event, MinutesCopy)


def _found(session: Session, event: Event, kind: type[Copy] | type[MinutesCopy]) -> None:
    for store, state in event.payload.get("states", {}).items():
        copy = _row(session, kind, event.object_id, store)
        if copy is None:
            session.add(_new(kind, event, event.object_id, store, state))
        elif copy.state != CopyState.ERASED:
            copy.state, copy.checked_at = state, event.at
    session.flush()


def _row(
    session: Session, kind: type[Copy] | type[MinutesCopy], id: str, store: str
) -> Copy | MinutesCopy | None:
    return session.get(Copy, (id, store)) if kind is Copy else session.get(MinutesCopy, (id, store))


def _verified(
    session: Session,
    event: Event,
    kind: type[Copy] | type[MinutesCopy],
    stores: Sequence[str],
    ids: Sequence[str],
) -> None:
    owner = Copy.package_id if kind is Copy else MinutesCopy.submission_id
    for some in pieces(ids):
        here = owner.in_(some), kind.store.in_(stores)
        known = {(id, store) for id, store in session.execute(select(owner, kind.store).where(*here))}
        session.execute(
            update(kind)
            .where(*here, kind.state != CopyState.ERASED)
            .values(state=CopyState.VERIFIED, checked_at=event.at)
            .execution_options(synchronize_session=False)
        )
        for id in some:
            for store in stores:
                if (id, store) not in known:
                    session.add(_new(kind, event, id, store, CopyState.VERIFIED))
    session.flush()
    session.expire_all()


def _new(
    kind: type[Copy] | type[MinutesCopy], event: Event, id: str, store: str, state: str
) -> Copy | MinutesCopy:
    if kind is Copy:
        return Copy(package_id=id, store=store, state=state, checked_at=event.at)
    return MinutesCopy(submission_id=id, store=store, state=state, checked_at=event.at)
