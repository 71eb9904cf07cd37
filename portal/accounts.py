"""The accounts of the site: who they are, their roles per agency, locked or not, first password or own.

What may be done to whom is decided and ledgered by `archive.rights`; this module writes it into the user folder, in the
transaction of the same request. An account whose password is a one-time one has no roles before `portal.viewer` until
its person chose a password; a locked one has lost its roles and its password, and gets both anew when unlocked, so that
an open session of it is worth nothing at once.
"""

from __future__ import annotations

import re
import secrets
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from persistent.mapping import PersistentMapping
from plone import api
from sqlalchemy.orm import Session
from zope.annotation.interfaces import IAnnotations
from zope.component.hooks import getSite

from archive import rights
from archive.errors import NotFoundError, TangThuError
from archive.passwords import one_time_password
from archive.reason import because
from archive.rights import Account, Act, Held
from archive.second_factor import enrol
from archive.viewer import ALL_AGENCIES, Role, Viewer, same_person
from portal.people import full_name
from portal.roles import PLONE_ROLES, group_id, role_of_group

KEY = "tangthu.accounts"
LOGIN = re.compile(r"[a-z][a-z0-9._-]{2,39}")
LEAST = 12  # letters of a password people choose; the number is ours
LONGEST = 200


class AccountError(TangThuError):
    """An account cannot be made or changed so; nothing was changed."""


@dataclass(frozen=True)
class Person:
    """An account as the page shows it.

    Attributes:
        held: roles; of a locked account those it will get back.
        first: the password is still the one-time one.
        manager: runs the site itself; not managed here.
    """

    login: str
    name: str
    held: Held
    locked: bool
    first: bool
    manager: bool


def must_change(login: str) -> bool:
    """Say whether somebody has still the one-time password, and so no roles yet."""
    note = _notes().get(login)
    return bool(note and note.get("first"))


def everybody() -> list[Person]:
    """Return all accounts of the site by name."""
    held = _held_by_login()
    logins = [info["login_name"] for info in _users().source_users.listUserInfo()]
    return sorted((_person(login, held) for login in logins), key=lambda one: (one.name, one.login))


def named(login: str) -> Person:
    """Return one account.

    Raises:
        NotFoundError: there is none of that name.
    """
    if login not in _users().source_users.listUserIds():
        raise NotFoundError(because("portal.no-account", who=login))
    return _person(login, _held_by_login())


def create(
    session: Session,
    login: str,
    name: str,
    *,
    first: tuple[Role, str] | None = None,
    viewer: Viewer,
    now: datetime,
) -> str:
    """Make an account and return its one-time password, which is kept nowhere.

    Args:
        session: an open transaction.
        login: the account's name.
        name: the person's full name.
        first: a role and the agency where it is held; None for no role yet.
        viewer: an administrator.
        now: aware time.

    Raises:
        NotAllowedError: the viewer is no administrator, or not at the first role's agency.
        AccountError: no login name, one that is taken or could be taken for another's, or no full name.
    """
    if not LOGIN.fullmatch(login):
        raise AccountError(because("portal.login-not-so", login=login))
    for info in _users().source_users.listUserInfo():
        if same_person(info["login_name"], login):
            raise AccountError(because("portal.login-taken", login=login, other=info["login_name"]))
    if not name.strip():
        raise AccountError(because("portal.no-name"))
    # Everything that may be refused comes before the first write into the user folder.
    account = Account(login, {})
    rights.manage(session, Act.CREATED, account, viewer=viewer, now=now)
    if first is not None:
        rights.give(session, account, *first, viewer=viewer, now=now)
    password = one_time_password()
    with api.env.adopt_roles(["Manager"]):
        _users().source_users.addUser(login, login, password)
        _users().portal_role_manager.assignRoleToPrincipal("Member", login)
        api.portal.get_tool("portal_membership").getMemberById(login).setMemberProperties(
            {"fullname": name.strip()}
        )
    if first is not None:
        _join(login, first[1], first[0])
    _note(login, first=True)
    return password


def give(session: Session, login: str, role: Role, agency: str, *, viewer: Viewer, now: datetime) -> None:
    """Give an account a role at an agency ("*": at all).

    Raises:
        NotFoundError, NotAllowedError, RightsError: as `archive.rights.give`.
        AccountError: the account is locked, or runs the site.
    """
    person = _open(login)
    rights.give(session, Account(login, person.held), role, agency, viewer=viewer, now=now)
    _join(login, agency, role)
    _note(login)


def take(session: Session, login: str, role: Role, agency: str, *, viewer: Viewer, now: datetime) -> None:
    """Take a role away from an account.

    Raises:
        NotFoundError, NotAllowedError, RightsError: as `archive.rights.take`.
        AccountError: the account is locked, or runs the site.
    """
    person = _open(login)
    rights.take(session, Account(login, person.held), role, agency, viewer=viewer, now=now)
    _leave(login, agency, role)
    _note(login)


def lock(session: Session, login: str, reason: str, *, viewer: Viewer, now: datetime) -> None:
    """Lock an account: its roles and its password go at once, also for whoever is logged in.

    Raises:
        NotFoundError, NotAllowedError, RightsError: as `archive.rights.manage`.
        AccountError: it is locked already, or runs the site.
    """
    person = _open(login)
    rights.manage(session, Act.LOCKED, Account(login, person.held), viewer=viewer, now=now, reason=reason)
    for agency, roles in person.held.items():
        for role in roles:
            _leave(login, agency, role)
    _users().source_users.updateUserPassword(login, secrets.token_urlsafe(48))
    _note(
        login, locked={agency: sorted(role.value for role in roles) for agency, roles in person.held.items()}
    )


def unlock(session: Session, login: str, *, viewer: Viewer, now: datetime) -> str:
    """Unlock an account: it gets its roles back; return its new one-time password.

    Raises:
        NotFoundError, NotAllowedError, RightsError: as `archive.rights.manage`.
        AccountError: it is not locked.
    """
    person = named(login)
    if not person.locked:
        raise AccountError(because("portal.not-locked", who=login))
    rights.manage(session, Act.UNLOCKED, Account(login, person.held), viewer=viewer, now=now)
    password = one_time_password()
    _users().source_users.updateUserPassword(login, password)
    for agency, roles in person.held.items():
        for role in roles:
            _join(login, agency, role)
    _note(login, locked=None, first=True)
    return password


def renew(session: Session, login: str, *, viewer: Viewer, now: datetime) -> str:
    """Give an account a new one-time password and return it.

    Raises:
        NotFoundError, NotAllowedError, RightsError: as `archive.rights.manage`.
        AccountError: it is locked, or runs the site.
    """
    person = _open(login)
    rights.manage(session, Act.RENEWED, Account(login, person.held), viewer=viewer, now=now)
    password = one_time_password()
    _users().source_users.updateUserPassword(login, password)
    _note(login, first=True)
    return password


def reset_authenticator(session: Session, login: str, reason: str, *, viewer: Viewer, now: datetime) -> None:
    """Take an account's authenticator away; its person is told on the next page, and enrols anew.

    Raises:
        NotFoundError, NotAllowedError, RightsError, SecondFactorError: as `archive.second_factor.enrol.reset`.
        AccountError: the account runs the site.
    """
    person = named(login)
    if person.manager:
        raise AccountError(because("portal.runs-the-site", who=login))
    enrol.reset(session, Account(login, person.held), reason=reason, viewer=viewer, now=now)


def choose_password(session: Session, new: str, again: str, *, viewer: Viewer, now: datetime) -> None:
    """Change the own password; the old one was asked for already.

    Raises:
        AccountError: too short or long, the two differ, it holds the account's name, or it is the old one.
    """
    if new != again:
        raise AccountError(because("portal.passwords-differ"))
    if not LEAST <= len(new) <= LONGEST or len(set(new)) < LEAST // 2:
        raise AccountError(because("portal.password-weak", least=LEAST))
    if viewer.name.lower() in new.lower():
        raise AccountError(because("portal.password-holds-name"))
    users = _users().source_users
    if users.authenticateCredentials({"login": viewer.name, "password": new}) is not None:
        raise AccountError(because("portal.password-is-old"))
    rights.changed_own_password(session, viewer=viewer, now=now)
    users.updateUserPassword(viewer.name, new)
    _note(viewer.name, first=False)


def is_managed(site: Any, login: str) -> bool:
    """Say whether people have changed an account here, so that no accounts file overwrites it."""
    return login in IAnnotations(site).get(KEY, {})


# the user folder


def _users() -> Any:
    return api.portal.get_tool("acl_users")


def _notes() -> Any:
    notes = IAnnotations(getSite(), None)  # an error page may be shown outside of any site
    return notes.get(KEY, {}) if notes is not None else {}


def _note(login: str, **facts: Any) -> None:
    notes = IAnnotations(api.portal.get()).setdefault(KEY, PersistentMapping())
    notes.setdefault(login, PersistentMapping()).update(facts)


def _open(login: str) -> Person:
    person = named(login)
    if person.manager:
        raise AccountError(because("portal.runs-the-site", who=login))
    if person.locked:
        raise AccountError(because("portal.is-locked", who=login))
    return person


def _person(login: str, held: dict[str, dict[str, set[Role]]]) -> Person:
    note = _notes().get(login, {})
    locked = note.get("locked")
    roles: Held
    if locked is not None:
        roles = {agency: frozenset(map(Role, values)) for agency, values in locked.items()}
    else:
        roles = {agency: frozenset(found) for agency, found in held.get(login, {}).items()}
    return Person(
        login=login,
        name=full_name(login),
        held=roles,
        locked=locked is not None,
        first=bool(note.get("first")),
        manager=login in _managers(),
    )


def _managers() -> frozenset[str]:
    return frozenset(id for id, _title in _users().portal_role_manager.listAssignedPrincipals("Manager"))


def _held_by_login() -> dict[str, dict[str, set[Role]]]:
    groups = _users().source_groups
    held: dict[str, dict[str, set[Role]]] = defaultdict(lambda: defaultdict(set))
    for group in groups.listGroupIds():
        found = role_of_group(group)
        if found is None:
            continue
        for login, _title in groups.listAssignedPrincipals(group):
            held[login][found[0]].add(found[1])
    return held


def ensure_group(site: Any, agency: str, role: Role) -> str:
    """Return the id of the group for this role at this agency, made when it is not there."""
    name = group_id(agency, role)
    if site.portal_groups.getGroupById(name) is None:
        where = "mọi cơ quan" if agency == ALL_AGENCIES else agency
        with api.env.adopt_roles(["Manager"]):
            site.portal_groups.addGroup(name, title=f"{role.value} · {where}", roles=[PLONE_ROLES[role]])
    return name


def _join(login: str, agency: str, role: Role) -> None:
    group = ensure_group(api.portal.get(), agency, role)
    _users().source_groups.addPrincipalToGroup(login, group)


def _leave(login: str, agency: str, role: Role) -> None:
    _users().source_groups.removePrincipalFromGroup(login, group_id(agency, role))
