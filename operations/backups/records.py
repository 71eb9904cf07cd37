"""What register and ledger know of backup sets: which there are, and which hold a case file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from archive.holders import Target
from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.register.backups import BackupSet, BackupState
from archive.register.projection import apply

PREFIX = "SL"
"""Sao lưu. A number is SL-<year>-<four digits or more>."""
KIND = "backup"
STANDING = (BackupState.MAKING, BackupState.KEPT)
"""A set in these states holds bytes."""


@dataclass(frozen=True)
class Life:
    """Between which events a case file stood in the register.

    Attributes:
        came: number of the first event about it or one of its deliveries; 0 when there is none.
        went: number of the event that left its tombstone; None while it is there.
        asked_at: when a destruction first began with it; None while none did.
    """

    came: int
    went: int | None = None
    asked_at: datetime | None = None


def holds(begun_seq: int, event: int, life: Life, *, kept_seq: int = 0) -> bool:
    """Say whether a backup holds a case file's words. Pure.

    Args:
        begun_seq: the event that told of the backup, before it was made.
        event: the last event in its register; 0 when that is not known, because it is being made or was killed: then
            it may hold whatever was there from its beginning on.
        life: of the case file.
        kept_seq: the event that told that it is whole, after its last byte: index and papers are copied after the
            register, so they may hold what came until then.
    """
    came = not event or life.came <= max(event, kept_seq)
    return came and (life.went is None or life.went > (event or begun_seq))


def holding(session: Session, target: Target) -> list[BackupSet]:
    """Return the sets that hold a case file, by number; of those that are gone, what went since it was asked for."""
    if session.scalar(select(BackupSet.number).limit(1)) is None:
        return []  # a destruction of thousands asks for each
    life = life_of(session, target)
    there: ColumnElement[bool] = BackupSet.state.in_(STANDING)
    if life.asked_at is not None:
        there = or_(there, and_(BackupSet.gone_at.is_not(None), BackupSet.gone_at >= life.asked_at))
    query = select(BackupSet).where(there).order_by(BackupSet.number)
    return [
        row
        for row in session.scalars(query)
        if holds(row.begun_seq, row.event, life, kept_seq=_kept_seq(session, row, life))
    ]


def _kept_seq(session: Session, row: BackupSet, life: Life) -> int:
    if not row.event or life.came <= row.event:
        return 0  # its register says enough
    events = session.scalars(
        select(EventRow).where(EventRow.object_id == row.number, EventRow.verb == Verb.BACKUP.value)
    )
    return max((one.seq for one in events if one.payload.get("state") == BackupState.KEPT), default=0)


def life_of(session: Session, target: Target) -> Life:
    """Return between which events a case file stood in the register."""
    ids = (target.case_file_id, *target.submission_ids)
    came = session.scalar(select(func.min(EventRow.seq)).where(EventRow.object_id.in_(ids))) or 0
    query = (
        select(EventRow)
        .where(EventRow.object_id == target.case_file_id, EventRow.verb == Verb.DESTROY.value)
        .order_by(EventRow.seq)
    )
    told = session.scalars(query).all()
    went = next((row.seq for row in told if row.payload.get("outcome") == "done"), None)
    return Life(came, went, told[0].at if told else None)


def note(
    session: Session,
    number: str,
    told: Mapping[str, Any],
    *,
    actor: str,
    now: datetime,
    after: str | None = None,
    basis: str = "",
) -> None:
    """Ledger what happened to a backup set, and write it into the register."""
    event = append(
        session,
        Verb.BACKUP,
        actor=actor,
        kind=KIND,
        id=number,
        payload=told,
        after=after,
        basis=basis,
        now=now,
    )
    apply(session, event)
