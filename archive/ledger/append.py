"""Write events, one after another, in the caller's transaction; and read them back in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Row, Table, insert, select, text
from sqlalchemy.orm import Session

from archive.ledger.event import Event, Verb
from archive.ledger.rows import EventRow

COLUMNS = (
    EventRow.seq,
    EventRow.at,
    EventRow.actor,
    EventRow.role,
    EventRow.verb,
    EventRow.object_kind,
    EventRow.object_id,
    EventRow.payload,
    EventRow.before_sha256,
    EventRow.after_sha256,
    EventRow.basis,
)
"""What an event is made of; its hash is made anew."""

APPEND_LOCK = 0x7A4E67  # one writer at a time; SQLite's BEGIN IMMEDIATE gives the same


@dataclass(frozen=True)
class NewEvent:
    """What is to be written as one event; each field as the argument of `append`."""

    verb: Verb
    actor: str
    kind: str
    id: str
    role: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)
    before: str | None = None
    after: str | None = None
    basis: str = ""


def append(
    session: Session,
    verb: Verb,
    *,
    actor: str,
    role: str = "",
    kind: str,
    id: str,
    payload: Mapping[str, Any] | None = None,
    before: str | None = None,
    after: str | None = None,
    basis: str = "",
    now: datetime | None = None,
) -> Event:
    """Write one event in this transaction and return it.

    It becomes true when the transaction commits, together with whatever register rows the caller writes.

    Args:
        session: an open transaction on the register.
        verb: what happened.
        actor: account name of the person, or `system:<part>`.
        role: the role in which the actor acted.
        kind: of object: submission, case-file, package, order, agency, fonds, ledger.
        id: of the object.
        payload: JSON values, enough to replay the register.
        before: SHA-256 of the object before, if it has bytes.
        after: SHA-256 of the object after.
        basis: the clause or document the act rests on.
        now: aware time; the ledger moves it forward when needed so that stamps strictly increase.
    """
    new = NewEvent(verb, actor, kind, id, role, payload or {}, before, after, basis)
    return append_all(session, (new,), now=now)[0]


def append_all(session: Session, new: Sequence[NewEvent], *, now: datetime | None = None) -> list[Event]:
    """Write several events in this transaction, in this order, and return them; cheaper than one by one.

    Args:
        session: an open transaction on the register.
        new: what is to be written.
        now: aware time of all of them; the ledger moves it forward so that stamps strictly increase.
    """
    be_only_writer(session)
    last = session.execute(select(EventRow.seq, EventRow.at).order_by(EventRow.seq.desc()).limit(1)).first()
    at = (now or datetime.now(UTC)).astimezone(UTC)
    if last is not None and at <= last.at:
        at = last.at + timedelta(microseconds=1)
    first = 1 if last is None else last.seq + 1
    events = [
        Event(
            seq=first + place,
            at=at + timedelta(microseconds=place),
            actor=one.actor,
            role=one.role,
            verb=one.verb,
            object_kind=one.kind,
            object_id=one.id,
            payload=dict(one.payload),
            before_sha256=one.before,
            after_sha256=one.after,
            basis=one.basis,
        )
        for place, one in enumerate(new)
    ]
    session.flush()
    session.execute(insert(cast(Table, EventRow.__table__)), [_columns(event) for event in events])
    return events


def be_only_writer(session: Session) -> None:
    """Wait until nobody else appends, and keep it so until this transaction ends.

    On SQLite every writing transaction is the only one already (`BEGIN IMMEDIATE`).
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": APPEND_LOCK})


def read(session: Session, *, after: int = 0, limit: int | None = None) -> Iterator[Event]:
    """Yield events with `seq` greater than `after`, in order, without loading them all."""
    # Columns and not objects: sealing a long run of events reads each of them, and changes none.
    query = select(*COLUMNS).where(EventRow.seq > after).order_by(EventRow.seq).limit(limit)
    for row in session.execute(query.execution_options(yield_per=500)):
        yield from_row(row)


def history(
    session: Session,
    *ids: str,
    limit: int = 200,
    without: frozenset[Verb] = frozenset(),
    before: int | None = None,
) -> list[Event]:
    """Return the newest events about any of these objects, newest first, but for those of some verbs.

    Args:
        before: only events with a smaller `seq`, to read on behind the last one of the page before.
    """
    query = select(EventRow).where(EventRow.object_id.in_(ids)).order_by(EventRow.seq.desc()).limit(limit)
    if before is not None:
        query = query.where(EventRow.seq < before)
    if without:
        query = query.where(EventRow.verb.notin_([verb.value for verb in without]))
    return [from_row(row) for row in session.scalars(query)]


def to_row(event: Event) -> EventRow:
    """Return the row that stores this event."""
    return EventRow(**_columns(event))


def _columns(event: Event) -> dict[str, Any]:
    return {
        "seq": event.seq,
        "at": event.at,
        "actor": event.actor,
        "role": event.role,
        "verb": str(event.verb),
        "object_kind": event.object_kind,
        "object_id": event.object_id,
        "before_sha256": event.before_sha256,
        "after_sha256": event.after_sha256,
        "basis": event.basis,
        "payload": dict(event.payload),
        "sha256": event.sha256,
    }


def from_row(row: EventRow | Row[Any]) -> Event:
    """Return the event a row stores; its `COLUMNS` are enough."""
    return Event(
        seq=row.seq,
        at=row.at,
        actor=row.actor,
        role=row.role,
        verb=Verb(row.verb),
        object_kind=row.object_kind,
        object_id=row.object_id,
        payload=row.payload,
        before_sha256=row.before_sha256,
        after_sha256=row.after_sha256,
        basis=row.basis,
    )
