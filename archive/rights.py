"""Who may be given which role where. The separation of duties is kept when rights are given, and every change ledgered.

The vault keeps it again at every act (`archive.order_check`: distinct people, never the proposer). Here it is kept one
step earlier, so that no account ever holds what would let one person propose and decide. The pairs in `APART` are our
rule, drawn from the house's conditions (not-proposer, not-council) and from what each role is for; Law 01/2011/QH13
Điều 18 makes the archivist the secretary of the appraisal council, so archivist and council may be one account.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from archive.errors import NotAllowedError, TangThuError
from archive.ledger.append import append
from archive.ledger.event import Event, Verb
from archive.reason import Reason, because
from archive.register import second_factor
from archive.register.projection import apply
from archive.viewer import ALL_AGENCIES, Role, Viewer, same_person

Held = Mapping[str, frozenset[Role]]
"""Agency code or "*" -> roles."""

APART: Mapping[Role, frozenset[Role]] = {
    Role.HEAD: frozenset({Role.ARCHIVIST, Role.COUNCIL}),  # decides what they propose and vote on
    Role.HISTORICAL: frozenset({Role.ARCHIVIST, Role.HEAD}),  # answers what they hand over
    Role.AUDITOR: frozenset(Role) - {Role.AUDITOR, Role.RESEARCHER},  # changes nothing
    Role.ADMINISTRATOR: frozenset(Role) - {Role.ADMINISTRATOR},  # sees no content
}
"""Role -> roles the same account may not hold at the same agency; either way round."""


class RightsError(TangThuError):
    """A right is not given or taken away; nothing was changed."""


class Act(StrEnum):
    """What was done to an account."""

    CREATED = "created"
    GIVEN = "role-given"
    TAKEN = "role-taken"
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    RENEWED = "password-renewed"  # a new one-time password
    CHANGED = "password-changed"  # by the person
    ENROLLED = second_factor.ENROLLED  # by the person
    RESET = second_factor.RESET  # by an administrator: the person enrols anew


@dataclass(frozen=True)
class Account:
    """An account as far as rights go.

    Attributes:
        held: its roles; of a locked one those it gets back.
    """

    name: str
    held: Held


def apart(role: Role, other: Role) -> bool:
    """Say whether two roles may not be held by one account at one agency."""
    return other in APART.get(role, ()) or role in APART.get(other, ())


def against_giving(account: Account, role: Role, agency: str) -> Iterator[Reason]:
    """Yield why an account may not be given a role at an agency ("*": at all). Pure."""
    if role in account.held.get(agency, ()):
        yield because("archive.role-held-already", who=account.name, role=role)
    for code, roles in sorted(account.held.items()):
        if agency == code or ALL_AGENCIES in (agency, code):
            for other in sorted(roles):
                if apart(role, other):
                    yield because("archive.roles-apart", role=role, other=other)


def give(
    session: Session, account: Account, role: Role, agency: str, *, viewer: Viewer, now: datetime
) -> Event:
    """Ledger that an account is given a role.

    Raises:
        NotAllowedError: the viewer is no administrator there.
        RightsError: it is the viewer's own account, it has the role, or the role must be kept apart from one it has.
    """
    viewer.require(Role.ADMINISTRATOR, agency)
    _not_own(account, viewer)
    if reasons := list(against_giving(account, role, agency)):
        raise RightsError(because("archive.rights-refused", reasons=reasons))
    return _told(session, Act.GIVEN, account, viewer, now, role=role.value, agency=agency)


def take(
    session: Session, account: Account, role: Role, agency: str, *, viewer: Viewer, now: datetime
) -> Event:
    """Ledger that a role is taken away from an account.

    Raises:
        NotAllowedError: the viewer is no administrator there.
        RightsError: it is the viewer's own account, or it does not have the role.
    """
    viewer.require(Role.ADMINISTRATOR, agency)
    _not_own(account, viewer)
    if role not in account.held.get(agency, ()):
        raise RightsError(because("archive.role-not-held", who=account.name, role=role))
    return _told(session, Act.TAKEN, account, viewer, now, role=role.value, agency=agency)


def manage(
    session: Session, act: Act, account: Account, *, viewer: Viewer, now: datetime, reason: str = ""
) -> Event:
    """Ledger that an account is made, locked, unlocked, or gets a new one-time password.

    Raises:
        NotAllowedError: the viewer is not administrator everywhere the account holds a role, or nowhere at all.
        RightsError: it is the viewer's own account, or a lock or a reset has no reason.
    """
    if not viewer.agencies_with(frozenset({Role.ADMINISTRATOR})):
        raise NotAllowedError(
            because("archive.role-missing", who=viewer.name, role=Role.ADMINISTRATOR, agency=ALL_AGENCIES)
        )
    for agency in account.held:
        viewer.require(Role.ADMINISTRATOR, agency)
    _not_own(account, viewer)
    if act in (Act.LOCKED, Act.RESET) and not reason.strip():
        raise RightsError(because("archive.no-reason-given"))
    told = {"reason": reason.strip()} if reason.strip() else {}
    return _told(session, act, account, viewer, now, **told)


def changed_own_password(session: Session, *, viewer: Viewer, now: datetime) -> Event:
    """Ledger that somebody changed the own password; which it is stands nowhere."""
    return changed_own(session, Act.CHANGED, viewer=viewer, now=now)


def changed_own(session: Session, act: Act, *, viewer: Viewer, now: datetime, **facts: str) -> Event:
    """Ledger what somebody did to the own account, and what there is to say of it."""
    return _told(session, act, Account(viewer.name, {}), viewer, now, **facts)


def _not_own(account: Account, viewer: Viewer) -> None:
    if same_person(account.name, viewer.name):
        raise RightsError(because("archive.own-rights", who=viewer.name))


def _told(session: Session, act: Act, account: Account, viewer: Viewer, now: datetime, **facts: str) -> Event:
    administers = viewer.agencies_with(frozenset({Role.ADMINISTRATOR}))
    event = append(
        session,
        Verb.RIGHTS_CHANGE,
        actor=viewer.name,
        role=Role.ADMINISTRATOR.value if administers else "",
        kind="account",
        id=account.name,
        payload={"act": act.value, **facts},
        now=now,
    )
    apply(session, event)
    return event
