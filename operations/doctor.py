"""The doctor: which tools and parts are there, in which version, and what to do about those that are not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from archive.ledger.follow import behind
from archive.reason import told_text
from archive.register.models import STATES_OPEN, InboxRow, Submission
from archive.register.session import reading
from ingest import outbox, rounds
from ingest.settings import IngestSettings
from operations.doctor_services import register_file_missing, services
from operations.doctor_tools import tools
from operations.sign import Sign

LATE = timedelta(minutes=1)  # a follower this far behind is stuck
SHOWN = 5


def examine() -> list[Sign]:
    """Return every sign, in a fixed order."""
    told = (*_inboxes(), *_road()) if register_file_missing() is None else ()
    return [*tools(), *services(), *told]


def _inboxes() -> Iterator[Sign]:
    """How it stands with every way in, as the last asking left it; nobody is asked now."""
    inboxes = IngestSettings.load().inboxes
    try:
        states, owed = rounds.states(), outbox.owed_by_inbox()
    except SQLAlchemyError:
        return  # the register's own sign says why
    for one in inboxes:
        yield _inbox(one.name, states.get(one.name), owed.pop(one.name, 0))
    owed.pop("", None)
    for name, count in sorted(owed.items()):
        found = f"is not set any more; {count} statuses are owed through it"
        yield Sign(
            f"inbox {name}", False, found, "set it again in [[ingest.inboxes]]; they go out by themselves"
        )


def _inbox(name: str, state: InboxRow | None, owed: int) -> Sign:
    more = f"; {owed} statuses to send" if owed else ""
    if state is None or state.asked_at is None:
        return Sign(
            f"inbox {name}", None, f"was never asked{more}", "`tangthu up` asks; or `tangthu inbox fetch`"
        )
    waiting = f"{state.waiting} messages wait{more}"
    if state.failures:
        since = f"{state.well_at:%Y-%m-%d %H:%M} UTC" if state.well_at else "never"
        found = f"{state.error} ({state.failures} times; last well: {since}; {waiting})"
        return Sign(f"inbox {name}", False, found, "mend what it names; it is asked again by itself")
    return Sign(f"inbox {name}", True, f"asked {state.asked_at:%Y-%m-%d %H:%M} UTC; {waiting}")


def _road() -> Iterator[Sign]:
    """Who is behind and what waits: the register says it also while nothing runs."""
    now = datetime.now(UTC)
    try:
        with reading() as session:
            lags = behind(session)
            waiting = session.execute(
                select(Submission.id, Submission.step, Submission.waiting)
                .where(Submission.state.in_(STATES_OPEN), Submission.waiting != "")
                .order_by(Submission.received_at)
            ).all()
    except SQLAlchemyError:
        return  # the register's own sign says why
    for name, lag in lags.items():
        late = lag.since is not None and now - lag.since > LATE
        well = (False if late else None) if lag.events else True
        found = f"{lag.events} events behind" if lag.events else "has read everything"
        yield Sign(f"follower {name}", well, found, "mend the part it writes to; it catches up by itself")
    told = "; ".join(f"{row.id[:8]} at {row.step}: {told_text(row.waiting, 'en')}" for row in waiting[:SHOWN])
    more = f" ... and {len(waiting) - SHOWN} more" if len(waiting) > SHOWN else ""
    found = f"{len(waiting)} deliveries wait: {told}{more}" if waiting else "no delivery waits"
    yield Sign("waiting", not waiting, found, "mend what the reason names; they go on by themselves")
