"""What needs evidence now: packages without any, and time-stamps that run out; and since when it is owed.

Of a time-stamp that was given later than `[archive] tsa_renew_days` before its end, half of the time it had left must
be over: an authority near the end of its certificate gives no better one, and each round would renew the round before.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from archive.evidence.hashtree import hashed
from archive.evidence.roundfile import PACKAGE, ROUND, STAMP, Leaf
from archive.ledger.rows import EvidenceLeafRow, EvidenceRoundRow, SealRow
from archive.register.models import Copy, CopyState, Package
from archive.settings import ArchiveSettings
from archive.timestamps.token import ALGORITHM, ALGORITHMS

MOST = 50_000
"""Leaves in one round; what is left over gets the next."""
AT_ONCE = 500
"""References in one question to the register."""


@dataclass(frozen=True)
class Debt:
    """What is owed, counted.

    Attributes:
        packages: without evidence; since: when the oldest of them was made.
        renewals: time-stamps to be renewed, `MOST` at most; due: when the first of them fell due.
    """

    packages: int = 0
    since: datetime | None = None
    renewals: int = 0
    due: datetime | None = None


def owed(session: Session, *, now: datetime) -> list[Leaf]:
    """Return what needs evidence now, `MOST` at most; renewals come first, because they have a last day."""
    found = [leaf for leaf, _, _ in _renewals(session, now)][:MOST]
    return found + _packages(session, MOST - len(found))


def next_round(session: Session, *, now: datetime) -> tuple[str, list[Leaf]]:
    """Return what the next round holds, and with which hash: a chain goes on with the hash it began with."""
    due = list(_renewals(session, now))
    algorithm = due[0][1] if due else ArchiveSettings.load().evidence_hash
    found = [leaf for leaf, one, _ in due if one == algorithm][:MOST]
    if algorithm == ArchiveSettings.load().evidence_hash:
        found += _packages(session, MOST - len(found))
    return algorithm, found


def debt(session: Session, *, now: datetime) -> Debt:
    """Return how much is owed and since when."""
    count, since = session.execute(_without(select(func.count(), func.min(Package.made_at)))).one()
    due = [at for _, _, at in _renewals(session, now)]
    return Debt(count, since, len(due), min(due, default=None))


def _packages(session: Session, limit: int) -> list[Leaf]:
    query = _without(select(Package.id, Package.sha256)).order_by(Package.made_at, Package.id)
    return [Leaf(row.sha256, PACKAGE, row.id) for row in session.execute(query.limit(max(limit, 0)))]


def at_least(algorithm: str) -> tuple[str, ...]:
    """Return this hash algorithm and the stronger ones."""
    return ALGORITHMS[ALGORITHMS.index(algorithm) :]


def superseded(session: Session, number: int) -> datetime | None:
    """Return when the last object of a round was taken over into a chain with a stronger hash; None while one was not.

    From then on its time-stamp need not be renewed: the new chain holds what it proved.
    """
    leaf, later, first = EvidenceLeafRow, aliased(EvidenceLeafRow), func.min
    taken = (
        select(leaf.ref, first(later.round).label("by"))
        .join(
            later,
            (later.kind == PACKAGE) & (later.ref == leaf.ref) & (later.round > leaf.round),
            isouter=True,
        )
        .where(leaf.round == number, leaf.kind == PACKAGE)
        .group_by(leaf.ref)
        .subquery()
    )
    if session.scalar(select(func.count()).select_from(taken).where(taken.c.by.is_(None))):
        return None
    at = session.scalar(
        select(func.max(EvidenceRoundRow.stamped_at)).where(EvidenceRoundRow.number.in_(select(taken.c.by)))
    )
    found = [at] if at is not None else []
    others = session.execute(select(leaf.kind, leaf.ref).where(leaf.round == number, leaf.kind != PACKAGE))
    for kind, ref in others.all():
        before = superseded(session, int(ref)) if kind == ROUND and int(ref) < number else None
        if before is None:
            return None
        found.append(before)
    return max(found, default=None)


def of_register(
    session: Session, kind: str, refs: Collection[str], algorithm: str
) -> dict[str, tuple[str, bool]]:
    """Return what the register has under these references: the hash, and whether it has evidence already.

    Args:
        algorithm: of the evidence; of a package weaker evidence does not count.
        refs: `AT_ONCE` at most.
    """
    query: Any
    if kind == PACKAGE:
        query = select(Package.id.label("ref"), Package.sha256.label("own"), _none_as_strong(algorithm))
        rows = session.execute(query.where(Package.id.in_(refs)))
        return {ref: (own, not without) for ref, own, without in rows}
    row = EvidenceRoundRow if kind == ROUND else SealRow
    ref = cast(row.number, String)
    numbers = [int(one) for one in refs if one.isdecimal() and len(one) < 10]
    query = select(ref, row.timestamp_token, _none_yet(kind, ref)).where(row.number.in_(numbers))
    return {name: (hash_of(token), not without) for name, token, without in session.execute(query) if token}


def due_at(stamped_at: datetime | None, until: datetime, days: timedelta) -> datetime:
    """Return when a time-stamp is to be renewed: so long before its end, or after half of a shorter life. Pure."""
    return until - (days if stamped_at is None else min(days, (until - stamped_at) / 2))


def hash_of(token: str, algorithm: str = ALGORITHM) -> str:
    """Return the hash of a time-stamp as the register keeps it (base64), in hex."""
    try:
        return hashed(base64.b64decode(token, validate=True), algorithm).hex()
    except ValueError:
        return ""  # somebody changed it; it is no time-stamp, and whoever judges it says so


def _renewals(session: Session, now: datetime) -> Iterator[tuple[Leaf, str, datetime]]:
    """Yield the time-stamps that are due, with the hash of their chain and when they fell due; of rounds first."""
    days = timedelta(days=ArchiveSettings.load().tsa_renew_days)
    for kind, row in ((ROUND, EvidenceRoundRow), (STAMP, SealRow)):
        query = (
            select(row.number, row.timestamp_token, row.stamped_at, row.stamp_until, _algorithm_of(row))
            .where(
                row.timestamp_token != "",
                # One nobody vouches for has no end; a new stamp over it would prove nothing.
                row.stamp_until < now + days,
                _none_yet(kind, cast(row.number, String)),
            )
            .order_by(row.stamp_until)
            .limit(MOST)
        )
        for number, token, stamped_at, until, algorithm in session.execute(query).all():
            due = due_at(stamped_at, until, days)
            own = hash_of(token)
            if now <= due or not own or (kind == ROUND and _is_superseded(session, number, algorithm)):
                continue
            other = "" if algorithm == ALGORITHM else hash_of(token, algorithm)
            yield Leaf(own, kind, str(number), other), algorithm, due


def _algorithm_of(row: Any) -> Any:
    return row.algorithm if row is EvidenceRoundRow else literal(ALGORITHM)


def _is_superseded(session: Session, number: int, algorithm: str) -> bool:
    if algorithm in at_least(ArchiveSettings.load().evidence_hash):
        return False  # nothing stronger is there; spares the look
    return superseded(session, number) is not None


def _without(query: Any) -> Any:
    kept = select(Copy.package_id).where(Copy.package_id == Package.id, Copy.state != CopyState.ERASED)
    none = _none_as_strong(ArchiveSettings.load().evidence_hash)
    return query.select_from(Package).where(none, kept.exists())


def _none_as_strong(algorithm: str) -> ColumnElement[bool]:
    leaf = (
        select(EvidenceLeafRow.ref)
        .join(EvidenceRoundRow, EvidenceRoundRow.number == EvidenceLeafRow.round)
        .where(
            EvidenceLeafRow.kind == PACKAGE,
            EvidenceLeafRow.ref == Package.id,
            EvidenceRoundRow.algorithm.in_(at_least(algorithm)),
        )
    )
    return ~leaf.exists()


def _none_yet(kind: str, ref: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[bool]:
    leaf = select(EvidenceLeafRow.ref).where(EvidenceLeafRow.kind == kind, EvidenceLeafRow.ref == ref)
    return ~leaf.exists()
