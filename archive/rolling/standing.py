"""How it stands with the copies, for the doctor and the pages: counts and names of packages, no content."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, select, true
from sqlalchemy.orm import Session, aliased

from archive.fixity import BAD, MINUTES, PACKAGE
from archive.ledger.append import from_row
from archive.ledger.event import Event, Verb
from archive.ledger.rows import EventRow
from archive.register.agreements import Minutes, MinutesCopy
from archive.register.models import Copy, CopyState, Package
from archive.register.project_fixity import HOLDINGS
from archive.register.rolls import Roll
from archive.rolling.due import Length, length
from archive.rolling.round import roll_name
from archive.rolling.segments import EVIDENCE
from archive.rolling.segments import NAME as SEGMENTS
from archive.settings import ArchiveSettings

SHOWN = 50


@dataclass(frozen=True)
class Lost:
    """Something no store has a good copy of, as far as is known.

    Attributes:
        kind: "package" or "minutes".
        case_file_id: of a package, "" otherwise.
    """

    kind: str
    id: str
    name: str
    case_file_id: str = ""


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
    """

    period: timedelta
    stores: tuple[InStore, ...]
    late: int
    segments: int
    segments_read: int
    segment_troubles: int
    lost: tuple[Lost, ...]

    @property
    def alarm(self) -> bool:
        """Say whether somebody has to act at once."""
        return bool(self.lost or self.segment_troubles)


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
    )


def lost(session: Session, limit: int = SHOWN) -> list[Lost]:
    """Return what no store is known to have a good copy of; a copy in a store that is away counts as it was."""
    found = [*_lost_packages(session, limit), *_lost_minutes(session, limit)]
    return found[:limit]


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


def _lost_packages(session: Session, limit: int) -> Iterator[Lost]:
    other = aliased(Copy)
    good = exists().where(other.package_id == Copy.package_id, other.state == CopyState.VERIFIED)
    query = (
        select(Package.id, Package.name, Package.case_file_id)
        .join(Copy, Copy.package_id == Package.id)
        .where(Copy.state.in_(BAD), ~good)
        .distinct()
        .order_by(Package.name)
        .limit(limit)
    )
    for id, name, case_file_id in session.execute(query):
        yield Lost(PACKAGE, id, name, case_file_id)


def _lost_minutes(session: Session, limit: int) -> Iterator[Lost]:
    other = aliased(MinutesCopy)
    good = exists().where(other.submission_id == MinutesCopy.submission_id, other.state == CopyState.VERIFIED)
    query = (
        select(Minutes.submission_id, Minutes.name)
        .join(MinutesCopy, MinutesCopy.submission_id == Minutes.submission_id)
        .where(MinutesCopy.state.in_(BAD), ~good)
        .distinct()
        .order_by(Minutes.name)
        .limit(limit)
    )
    for id, name in session.execute(query):
        yield Lost(MINUTES, id, name)


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
