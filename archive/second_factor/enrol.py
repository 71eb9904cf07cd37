"""Enrol an authenticator, put another in its place, and take it away from an account whose person lost it.

Threat: who has somebody's password, or sits at an open session, enrols an own authenticator. So one in force is
replaced only with a code of it, or after an administrator's reset, which is ledgered and told to the person. What is
not mended: who knows the password of an account that has none yet may be the first; the ledger says who and when.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from archive import rights
from archive.errors import NotFoundError
from archive.ledger.append import from_row
from archive.ledger.event import Event, stamp
from archive.ledger.rows import EventRow
from archive.reason import Reason, because
from archive.register.second_factor import SecondFactor
from archive.register.session import transaction
from archive.rights import Account
from archive.second_factor import codes, prove
from archive.second_factor.errors import SecondFactorError
from archive.second_factor.guessing import counted
from archive.second_factor.prove import For
from archive.viewer import Viewer

OPEN = timedelta(minutes=15)
"""So long a new secret waits for its first code. The number is ours."""


class Door(StrEnum):
    """Where somebody enrolled, as the ledger says it."""

    PORTAL = "portal"  # the password was asked for
    COMMAND_LINE = "command-line"  # whoever may start it could also open the database
    DEMONSTRATION = "demonstration"  # for a person who is not there (`operations.authenticators`)


@dataclass(frozen=True)
class Enrolment:
    """What somebody scans or types into an authenticator app, shown once.

    Attributes:
        secret: in base 32, to be typed.
        uri: to be scanned as QR code (`archive.second_factor.qr`).
    """

    secret: str
    uri: str


def since(session: Session, account: str) -> datetime | None:
    """Return since when an account has a second factor; None when it has none in force."""
    row = session.get(SecondFactor, account)
    return row.confirmed_at if row is not None else None


def waits(session: Session, account: str, *, now: datetime) -> bool:
    """Say whether a new secret was begun and waits for its first code."""
    row = session.get(SecondFactor, account)
    return row is not None and bool(row.next_secret) and now - row.begun_at <= OPEN


def replacing(account: str) -> prove.Act:
    """Return the act a code of the authenticator in force is given for, before another takes its place."""
    return prove.Act(For.REPLACE, account)


def begin(session: Session, *, viewer: Viewer, now: datetime) -> Enrolment:
    """Return a new secret for the viewer's own account; it is in force after `confirm`, until then the present one is.

    Called again, another one.

    Raises:
        SecondFactorError: one is in force, and no code of it was proven for `replacing` within five minutes.
    """
    row = session.get(SecondFactor, viewer.name, with_for_update=True, populate_existing=True)
    if row is None:
        row = SecondFactor(account=viewer.name)
        session.add(row)
    elif row.confirmed_at is not None:
        prove.consume(session, viewer.name, replacing(viewer.name), now=now)
    row.next_secret, row.begun_at = codes.new_secret(), now
    session.flush()
    return Enrolment(row.next_secret, codes.uri(row.next_secret, viewer.name))


def confirm(code: str, *, viewer: Viewer, door: Door, now: datetime) -> None:
    """Put the viewer's new second factor in force by its first code, and ledger it. Opens its own transaction.

    Args:
        code: as typed; wrong ones are counted, as in `prove`.
        viewer: whose.
        door: where.
        now: aware time.

    Raises:
        SecondFactorError: none was begun within a quarter of an hour, the code is not right, or its account waits.
    """
    with transaction() as session:
        row = _begun(session, viewer, now)
        against = counted(session, viewer.name, lambda: _against(row, code, now), now=now)
        if against is None:
            _in_force(session, row, code, viewer, door, now)
    if against is not None:
        raise SecondFactorError(against)


def confirm_within(session: Session, code: str, *, viewer: Viewer, door: Door, now: datetime) -> None:
    """Confirm as `confirm` does, in a transaction that is open already; a wrong code is not counted.

    Raises:
        SecondFactorError: as `confirm`.
    """
    row = _begun(session, viewer, now)
    against = _against(row, code, now)
    if against is not None:
        raise SecondFactorError(against)
    _in_force(session, row, code, viewer, door, now)


def _begun(session: Session, viewer: Viewer, now: datetime) -> SecondFactor:
    row = session.get(SecondFactor, viewer.name, with_for_update=True, populate_existing=True)
    if row is None or not row.next_secret:
        raise SecondFactorError(because("archive.factor-not-begun", who=viewer.name))
    if now - row.begun_at > OPEN:
        raise SecondFactorError(because("archive.factor-begun-long-ago", who=viewer.name))
    return row


def _against(row: SecondFactor, code: str, now: datetime) -> Reason | None:
    known = codes.step_of(row.next_secret, code, now=now) is not None
    return None if known else codes.why_not(row.next_secret, code, now=now)


def _in_force(
    session: Session, row: SecondFactor, code: str, viewer: Viewer, door: Door, now: datetime
) -> None:
    secret, replaced = row.next_secret, row.confirmed_at
    told = {"door": door.value, **({"replaces_that_of": stamp(replaced)} if replaced else {})}
    rights.changed_own(session, rights.Act.ENROLLED, viewer=viewer, now=now, **told)  # ends what was there
    row.secret, row.confirmed_at = secret, now
    row.last_step = codes.step_of(secret, code, now=now) or codes.step_at(now)
    session.flush()


def reset(session: Session, account: Account, *, reason: str, viewer: Viewer, now: datetime) -> None:
    """Take an account's second factor away, as an administrator; its person is told, and enrols anew.

    Args:
        session: an open transaction.
        account: with the roles it holds.
        reason: why, such as a lost telephone.
        viewer: an administrator, not of the own account.
        now: aware time.

    Raises:
        NotAllowedError, RightsError: as `archive.rights.manage`; also without a reason.
        SecondFactorError: it has none.
    """
    row = session.get(SecondFactor, account.name, with_for_update=True, populate_existing=True)
    if row is None or not (row.confirmed_at or row.next_secret):
        raise SecondFactorError(because("archive.factor-missing", who=account.name))
    rights.manage(session, rights.Act.RESET, account, viewer=viewer, now=now, reason=reason)


def untold_reset(session: Session, account: str) -> Event | None:
    """Return the reset its person has not been told of yet; None when there is none."""
    row = session.get(SecondFactor, account)
    if row is None or not row.reset_untold:
        return None
    return from_row(session.get_one(EventRow, row.since_event))


def told(account: str) -> None:
    """Keep that the person has been told of the reset. Opens its own transaction."""
    with transaction() as session:
        row = session.get(SecondFactor, account, with_for_update=True)
        if row is not None:
            row.reset_untold = False


def enrolled_at(session: Session, account: str) -> Event:
    """Return the event that put an account's second factor in force.

    Raises:
        NotFoundError: none is in force.
    """
    row = session.get(SecondFactor, account)
    if row is None or row.confirmed_at is None:
        raise NotFoundError(because("archive.factor-missing", who=account))
    return from_row(session.get_one(EventRow, row.since_event))
