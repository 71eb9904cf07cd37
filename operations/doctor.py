"""The doctor: which tools and parts are there, in which version, and what to do about those that are not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from archive import promises
from archive.ledger.follow import behind
from archive.reason import SAID, because, from_text
from archive.register.models import STATES_OPEN, InboxRow, Submission
from archive.register.session import reading
from archive.rolling.standing import Standing, standing
from archive.vietnam import day_of, local
from ingest import outbox, rounds
from ingest.rescan import found as rescanned
from ingest.settings import IngestSettings
from operations.doctor_backups import backups
from operations.doctor_calendar import calendar
from operations.doctor_seals import papers, seals
from operations.doctor_services import register_file_missing, services
from operations.doctor_stamps import evidence, stamps
from operations.doctor_tools import tools
from operations.sign import Sign

LATE = timedelta(minutes=1)  # a follower this far behind is stuck
SHOWN = 5
COPIES = "copies"
RESCAN = "rescan"
WAITING = "waiting"
"""Name of the sign that tells which deliveries wait, and for what: a title or a file's name may be in it."""


def examine() -> list[Sign]:
    """Return every sign, in a fixed order."""
    told = (
        (*stamps(), *evidence(), *papers(), *_inboxes(), *_road(), *_copies())
        if register_file_missing() is None
        else ()
    )
    return [*tools(), *services(), *calendar(day_of(datetime.now(UTC))), *seals(), *told]


def _inboxes() -> Iterator[Sign]:
    """How it stands with every way in, as the last asking left it; nobody is asked now."""
    inboxes = IngestSettings.load().ways_in
    try:
        states, owed = rounds.states(), outbox.owed_by_inbox()
    except SQLAlchemyError:
        return  # the register's own sign says why
    for one in inboxes:
        yield _inbox(one.name, states.get(one.name), owed.pop(one.name, 0))
    owed.pop("", None)
    for name, count in sorted(owed.items()):
        gone = because("operations.inbox-gone", count=count)
        yield Sign(f"inbox {name}", False, gone, because("operations.set-inbox-again"))


def _inbox(name: str, state: InboxRow | None, owed: int) -> Sign:
    owes = because("operations.owes", count=owed)
    if state is None or state.asked_at is None:
        return Sign(
            f"inbox {name}", None, because("operations.never-asked", owes=owes), because("operations.up-asks")
        )
    waiting = because("operations.messages-wait", count=state.waiting, owes=owes)
    if state.failures:
        well = (
            because(SAID, text=f"{local(state.well_at):%d/%m/%Y %H:%M} (+07:00)")
            if state.well_at
            else because("operations.never")
        )
        failed = because(
            "operations.inbox-failed", said=state.error, times=state.failures, well=well, waiting=waiting
        )
        return Sign(f"inbox {name}", False, failed, because("operations.asked-again"))
    asked = because(
        "operations.inbox-asked", at=f"{local(state.asked_at):%d/%m/%Y %H:%M} (+07:00)", waiting=waiting
    )
    return Sign(f"inbox {name}", True, asked)


def _promises(now: datetime) -> Iterator[Sign]:
    """What holders still owe of destroyed records: locked objects, offline media."""
    owed = promises.owed()
    if owed:
        late = sum(one.overdue(now) for one in owed)
        found = because("operations.promised", count=len(owed), late=late, day=owed[0].by)
        yield Sign("promises", not late, found, because("operations.keep-promises"))


def _road() -> Iterator[Sign]:
    """Who is behind and what waits: the register says it also while nothing runs."""
    now = datetime.now(UTC)
    try:
        with reading() as session:
            lags = behind(session)
            held_up = Submission.state.in_(STATES_OPEN), Submission.waiting != ""
            count = session.scalar(select(func.count()).select_from(Submission).where(*held_up)) or 0
            oldest = session.execute(
                select(Submission.id, Submission.step, Submission.waiting)
                .where(*held_up)
                .order_by(Submission.received_at)
                .limit(SHOWN)
            ).all()
    except SQLAlchemyError:
        return  # the register's own sign says why
    yield from _promises(now)
    yield from backups(now)
    for name, lag in lags.items():
        late = lag.since is not None and now - lag.since > LATE
        well = (False if late else None) if lag.events else True
        behind_by = because("operations.behind", count=lag.events)
        found = behind_by if lag.events else because("operations.has-read")
        yield Sign(f"follower {name}", well, found, because("operations.catches-up"))
    some = [
        because("operations.waits-at", id=row.id[:8], step=row.step, why=from_text(row.waiting))
        for row in oldest
    ]
    if count > SHOWN:
        some.append(because("operations.and-more", count=count - SHOWN))
    found = because("operations.deliveries-wait", count=count, some=some)
    none = because("operations.none-waits")
    yield Sign(WAITING, not count, found if count else none, because("operations.mend-what-it-names"))


def _copies() -> Iterator[Sign]:
    """How it stands with the copies in the stores, as the rounds through them found it."""
    try:
        with reading() as session:
            there = standing(session, now=datetime.now(UTC))
            found = [package.name for package, _ in rescanned.infected(session, SHOWN)]
            count = rescanned.count_infected(session)
            behind_by = rescanned.late(session, datetime.now(UTC))
    except SQLAlchemyError:
        return  # the register's own sign says why
    yield _copies_sign(there)
    yield _rescan_sign(found, count, behind_by)


def _rescan_sign(names: list[str], count: int, late: int) -> Sign:
    days = IngestSettings.load().rescan_days
    if count:
        some = [because(SAID, text=name) for name in names]
        if count > len(names):
            some.append(because("operations.and-more", count=count - len(names)))
        found = because("operations.holdings-infected", count=count, some=some)
        return Sign(RESCAN, False, found, because("operations.nothing-was-changed"))
    if late:
        waits = because("operations.rescan-late", count=late, days=days)
        return Sign(RESCAN, False, waits, because("operations.start-rounds-and-clamd"))
    return Sign(RESCAN, True, because("operations.holdings-clean", days=days))


def _copies_sign(there: Standing) -> Sign:
    if there.lost_count:
        some = [because(SAID, text=one.name) for one in there.lost[:SHOWN]]
        if there.lost_count > SHOWN:
            some.append(because("operations.and-more", count=there.lost_count - SHOWN))
        lost = because("operations.copies-lost", count=there.lost_count, some=some)
        return Sign(COPIES, False, lost, because("operations.look-in-backups"))
    if there.segment_troubles:
        ledger = because("operations.segments-bad", count=there.segment_troubles)
        return Sign(COPIES, False, ledger, because("operations.verify-ledger"))
    if bad := sum(one.bad for one in there.stores):
        return Sign(
            COPIES, False, because("operations.copies-bad", count=bad), because("operations.mended-later")
        )
    days = there.period.days
    if there.late:
        late = because("operations.copies-late", count=there.late, days=days)
        return Sign(COPIES, False, late, because("operations.start-rounds"))
    count = sum(one.copies for one in there.stores)
    return Sign(COPIES, True, because("operations.copies-good", count=count, days=days))
