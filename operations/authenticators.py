"""Authenticators of people who are not there: for the demonstration and for tests.

A person's code is made from the secret in the register, which nobody but the vault reads otherwise. It proves nothing
about anybody; what it shows is that the vault asks for it. The ledger says of such an authenticator that the
demonstration enrolled it, and only one it says that of is used, or reset, here: never one a person enrolled.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from archive.register.second_factor import SecondFactor
from archive.rights import Account
from archive.second_factor import codes, enrol
from archive.second_factor.enrol import Door
from archive.second_factor.errors import SecondFactorError
from archive.second_factor.prove import Act, First, For, prove_within
from archive.viewer import ALL_AGENCIES, Role, Viewer

DEMONSTRATION = Viewer("system:demo", {ALL_AGENCIES: frozenset({Role.ADMINISTRATOR})})


def code_of(session: Session, viewer: Viewer, *, now: datetime) -> str:
    """Return a code of the viewer's that counts now: of an authenticator made for them when they have none.

    One that has shown all it may at this moment (each code counts once) is reset and made anew.

    Raises:
        SecondFactorError: the person has an authenticator of their own.
    """
    row = session.get(SecondFactor, viewer.name, populate_existing=True)
    here = codes.step_at(now)
    if row is not None and row.confirmed_at is not None:
        if enrol.enrolled_at(session, viewer.name).payload.get("door") != Door.DEMONSTRATION:
            raise SecondFactorError(
                f"{viewer.name} has an authenticator of their own; the demonstration uses and resets none but its own"
            )
        step = max(row.last_step + 1, here - codes.DRIFT)
        if step <= here + codes.DRIFT:
            return codes.code_at(row.secret, step)
        account = Account(viewer.name, {})
        enrol.reset(session, account, reason="trình diễn", viewer=DEMONSTRATION, now=now)
    secret = enrol.begin(session, viewer=viewer, now=now).secret
    first = codes.code_at(secret, here - codes.DRIFT)
    enrol.confirm_within(session, first, viewer=viewer, door=Door.DEMONSTRATION, now=now)
    return codes.code_at(secret, here)


def proven(session: Session, viewer: Viewer, purpose: For, order_id: str, *, now: datetime) -> None:
    """Have a person prove both factors for an act on a list."""
    code = code_of(session, viewer, now=now)
    act = Act(purpose, order_id)
    prove_within(session, viewer.name, code, act, first=First.COMMAND_LINE, now=now)
