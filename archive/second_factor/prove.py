"""Prove a second factor for one act, and use the proof up in that act.

Threat: a code that is seen over a shoulder or kept by a page is used again, or for something else than its owner meant.
So a code counts once, for one purpose on one thing, for five minutes; the act takes the proof away in its transaction.
The same request tried again (the portal repeats one that met another's write) may give the same code again, as long as
nothing has used it up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from archive.ledger.event import stamp
from archive.reason import Reason, because
from archive.register.second_factor import SecondFactor
from archive.register.session import transaction
from archive.second_factor import codes
from archive.second_factor.errors import SecondFactorError
from archive.second_factor.guessing import counted

FRESH = timedelta(minutes=5)
"""So long a proof waits for its act."""


class For(StrEnum):
    """What a proof is given for."""

    DECIDE = "decide"  # that a list is destroyed
    RELEASE = "release"  # that its destruction begins
    REPLACE = "replace"  # the own authenticator by another


class First(StrEnum):
    """How the first factor was proven, as who asks says; the vault has no passwords."""

    PASSWORD = "password"  # typed again, checked by the portal
    COMMAND_LINE = "command-line"  # none: whoever may start it could also open the database


@dataclass(frozen=True)
class Act:
    """What is to be proven: an act on one thing."""

    purpose: For
    about: str

    def __str__(self) -> str:
        return f"{self.purpose.value} {self.about}"


def prove(account: str, code: str, act: Act, *, first: First, now: datetime) -> None:
    """Check a code and keep that it was right, for an act that follows. Opens its own transactions.

    Args:
        account: whose code.
        code: as typed.
        act: what it is given for.
        first: how the first factor was proven a moment ago.
        now: aware time.

    Raises:
        SecondFactorError: the account has no authenticator, has to wait after wrong codes, or the code is wrong,
            expired or was used already. Wrong codes are counted.
    """
    with transaction() as session:
        row = _locked(session, account)
        if row is None:
            against: Reason | None = because("archive.factor-missing", who=account)
        else:
            against = counted(session, account, lambda: _against(row, code, act, first, now), now=now)
    if against is not None:
        raise SecondFactorError(against)


def prove_within(session: Session, account: str, code: str, act: Act, *, first: First, now: datetime) -> None:
    """Check a code as `prove` does, in a transaction that is open already; a wrong one is not counted.

    Raises:
        SecondFactorError: as `prove`.
    """
    row = _locked(session, account)
    if row is None:
        raise SecondFactorError(because("archive.factor-missing", who=account))
    against = _against(row, code, act, first, now)
    session.flush()
    if against is not None:
        raise SecondFactorError(against)


def _locked(session: Session, account: str) -> SecondFactor | None:
    """Return the second factor in force, locked; None when there is none."""
    row = session.get(SecondFactor, account, with_for_update=True, populate_existing=True)
    return row if row is not None and row.confirmed_at is not None else None


def _against(row: SecondFactor, code: str, act: Act, first: First, now: datetime) -> Reason | None:
    """Return what is against a code; for a right one note in the row what it was given for."""
    step = codes.step_of(row.secret, code, now=now)
    if step is None:
        return codes.why_not(row.secret, code, now=now)
    again = step == row.last_step and row.proved_for == str(act) and not row.consumed and _fresh(row, now)
    if step <= row.last_step and not again:
        return because("archive.code-used")
    row.last_step, row.proved_at, row.proved_for = step, now, str(act)
    row.first, row.consumed = first.value, False
    return None


def consume(session: Session, account: str, act: Act, *, now: datetime) -> dict[str, str]:
    """Use an account's proof up in the act it was given for, and return what the ledger is to say of it.

    Args:
        session: the act's transaction.
        account: of who acts.
        act: what is done.
        now: aware time.

    Raises:
        SecondFactorError: nothing was proven, or for another act, too long ago, or it is used up.
    """
    row = _locked(session, account)
    if row is None:
        raise SecondFactorError(because("archive.factor-missing", who=account))
    if row.proved_for != str(act) or row.consumed or row.proved_at is None or not _fresh(row, now):
        raise SecondFactorError(because("archive.not-proven", who=account))
    row.consumed = True
    session.flush()
    return {"account": account, "first": row.first, "second": "totp", "proved_at": stamp(row.proved_at)}


def _fresh(row: SecondFactor, now: datetime) -> bool:
    return row.proved_at is not None and now - row.proved_at <= FRESH
