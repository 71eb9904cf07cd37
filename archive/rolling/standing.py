"""How it stands with the copies, for the doctor and the pages: counts and names of packages, no content."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, select, true
from sqlalchemy.orm import Session

from archive.fixity import BAD, MINUTES, PACKAGE
from archive.ledger.append import from_row
from archive.ledger.event import Event, Verb
from archive.ledger.rows import EventRow
from archive.register.agreements import MinutesCopy
from archive.register.models import Copy, CopyState
from archive.register.project_fixity import HOLDINGS
from archive.register.rolls import Roll
from archive.rolling.due import Length, length
from archive.rolling.lost import Lost, count_lost, lost
from archive.rolling.round import roll_name
from archive.rolling.segments import EVIDENCE
from archive.rolling.segments import NAME as SEGMENTS
from archive.settings import ArchiveSettings


@dataclass(frozen=True)
class InStore:
    """The copies in one store.

    Attributes:
        copies, size: how many it has to keep, and their bytes, as last counted.
        bad: damaged or missing, and not mended yet.
        oldest: the time of the look that is longest ago; None while there is none.
        started_at, ended_at: when the round that goes on began, and when the last one came through.
        read: copies looked at since the round began.
        away_since: since when the store does not answer.
    """

    store: str
    copies: int
    size: int
    bad: int
    oldest: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    read: int
    away_since: datetime | None

    @property
    def progress(self) -> int:
        """Return how far the round is, in whole percent; 100 only when nothing is left."""
        return min(100, 100 * self.read // self.copies) if self.copies else 0


@dataclass(frozen=True)
class Standing:
    """How it stands with everything in the stores.

    Attributes:
        period: in which each copy is read once.
        late: copies whose last look is longer ago than that.
        segments, segments_read: of the ledger, and how many of them the round has read.
        segment_troubles: segments, and rounds of evidence, that could not be put right.
        lost: what no store has a good copy of, at most `SHOWN`.
        lost_count: how much that is in all.
    """

    period: timedelta
    stores: tuple[InStore, ...]
    late: int
    segments: int
    segments_read: int
    segment_troubles: int
    lost: tuple[Lost, ...]
    lost_count: int

    @property
    def alarm(self) -> bool:
        """Say whether somebody has to act at once."""
        return bool(self.lost_count or self.segment_troubles)


def standing(session: Session, *, now: datetime) -> Standing:
    """Return how it stands, from the register: no store is asked."""
    settings = ArchiveSettings.load()
    period = timedelta(days=settings.fixity_period_days)
    ledger, evidence = session.get(Roll, SEGMENTS), session.get(Roll, EVIDENCE)
    return Standing(
        period=period,
        stores=tuple(_in_store(session, store.name) for store in settings.all_stores),
        late=_looked_before(session, now - period),
        segments=ledger.total if ledger else 0,
        segments_read=ledger.position if ledger else 0,
        segment_troubles=sum(row.troubles for row in (ledger, evidence) if row),
        lost=tuple(lost(session)),
        lost_count=count_lost(session),
    )


def has_good_copy(session: Session, kind: str, id: str) -> bool:
    """Say whether a store is known to have a good copy, one that does not answer now among them."""
    if kind == PACKAGE:
        good = exists().where(Copy.package_id == id, Copy.state == CopyState.VERIFIED)
    else:
        good = exists().where(MinutesCopy.submission_id == id, MinutesCopy.state == CopyState.VERIFIED)
    return bool(session.scalar(select(good)))


def findings(session: Session, limit: int = 20, *, only: ColumnElement[bool] | None = None) -> list[Event]:
    """Return the newest events of copies found bad or mended, newest first.

    Args:
        only: a condition on `EventRow`: what whoever asks may be told of; None for the machine's own use.
    """
    query = (
        select(EventRow)
        .where(
            EventRow.verb.in_((Verb.REPAIR.value, Verb.FIXITY_CHECK.value)),
            EventRow.object_kind.in_((PACKAGE, MINUTES, "ledger")),
            EventRow.object_kind != HOLDINGS,
            EventRow.object_id != "ledger",  # the ledger itself was verified
            true() if only is None else only,
        )
        .order_by(EventRow.seq.desc())
        .limit(limit)
    )
    return [from_row(row) for row in session.scalars(query)]


def _in_store(session: Session, store: str) -> InStore:
    row = session.get(Roll, roll_name(store))
    found = Length(row.things, row.total) if row else length(session, store)
    bad = read = 0
    oldest: list[datetime] = []
    for kind in (Copy, MinutesCopy):
        here = kind.store == store
        bad += _count(session, here, kind.state.in_(BAD))
        known = kind.state.in_((CopyState.VERIFIED, *BAD))
        if row is not None:
            read += _count(session, here, known, kind.checked_at >= row.started_at)
        for state in (CopyState.VERIFIED, *BAD):
            at = session.scalar(select(func.min(kind.checked_at)).where(here, kind.state == state))
            oldest += [at] if at else []
    return InStore(
        store=store,
        copies=found.copies,
        size=found.size,
        bad=bad,
        oldest=min(oldest, default=None),
        started_at=row.started_at if row else None,
        ended_at=row.ended_at if row else None,
        read=read,
        away_since=row.away_since if row else None,
    )


def _looked_before(session: Session, before: datetime) -> int:
    return sum(
        _count(session, kind.state != CopyState.ERASED, kind.checked_at < before)
        for kind in (Copy, MinutesCopy)
    )


def _count(session: Session, *where: object) -> int:
    return session.scalar(select(func.count()).where(*where)) or 0  # type: ignore[arg-type]
