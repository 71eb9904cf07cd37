"""Enrol an authenticator, and take it away from an account whose person lost it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from archive import rights
from archive.reason import because
from archive.register.second_factor import SecondFactor
from archive.rights import Account, Act
from archive.second_factor import codes
from archive.second_factor.errors import SecondFactorError
from archive.viewer import Viewer


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


def begin(session: Session, *, viewer: Viewer, now: datetime) -> Enrolment:
    """Return a new secret for the viewer's own account; it is in force after `confirm`. Called again, another one.

    Raises:
        SecondFactorError: the account has one already; an administrator resets it first.
    """
    row = session.get(SecondFactor, viewer.name, with_for_update=True)
    if row is not None and row.confirmed_at is not None:
        raise SecondFactorError(because("archive.factor-there", who=viewer.name))
    if row is None:
        row = SecondFactor(account=viewer.name)
        session.add(row)
    row.secret, row.begun_at = codes.new_secret(), now
    session.flush()
    return Enrolment(row.secret, codes.uri(row.secret, viewer.name))


def confirm(session: Session, code: str, *, viewer: Viewer, now: datetime) -> None:
    """Put the viewer's new second factor in force by its first code, and ledger it.

    Raises:
        SecondFactorError: none was begun, it is in force already, or the code is not right.
    """
    row = session.get(SecondFactor, viewer.name, with_for_update=True)
    if row is None:
        raise SecondFactorError(because("archive.factor-missing", who=viewer.name))
    if row.confirmed_at is not None:
        raise SecondFactorError(because("archive.factor-there", who=viewer.name))
    step = codes.step_of(row.secret, code, now=now)
    if step is None:
        raise SecondFactorError(codes.why_not(row.secret, code, now=now))
    row.confirmed_at, row.last_step = now, step
    rights.changed_own(session, Act.ENROLLED, viewer=viewer, now=now)


def reset(session: Session, account: Account, *, reason: str, viewer: Viewer, now: datetime) -> None:
    """Take an account's second factor away, as an administrator; its person enrols anew.

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
    row = session.get(SecondFactor, account.name, with_for_update=True)
    if row is None:
        raise SecondFactorError(because("archive.factor-missing", who=account.name))
    rights.manage(session, Act.RESET, account, viewer=viewer, now=now, reason=reason)
    session.delete(row)
    session.flush()
