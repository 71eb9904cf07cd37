"""The accounts: who has which role where, and new ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from plone import api
from sqlalchemy import select
from zExceptions import NotFound

from archive.reason import because
from archive.register.models import Agency
from archive.vietnamese import fold
from archive.viewer import ALL_AGENCIES, Role
from portal import accounts
from portal.accounts import AccountError, Person
from portal.browser.screen import SHOW, Screen
from portal.i18n import _
from portal.register import joined
from portal.words import ROLE_TITLES


class AccountsScreen(Screen):
    """`tai-khoan`; what stands below it in the address is one account."""

    acts: ClassVar[Mapping[str, str]] = {"create": "create"}
    keeps: ClassVar[bool] = True
    filters: ClassVar[frozenset[str]] = frozenset({"sort"})
    password = ""
    made = ""

    def publishTraverse(self, request: Any, name: str) -> Any:
        """Hand the address of one account to its own screen."""
        if self.path:
            raise NotFound(name)
        one = api.content.get_view("mot-tai-khoan", self.context, request)
        one.path = (name,)
        return one

    def prepare(self) -> Any:
        """Read the accounts."""
        self.agencies = agency_choices(self)
        self.sort = self.text("sort", 12) or "name"
        column = self.sort.removeprefix("-")

        def key(person: Person) -> tuple[Any, ...]:
            return (person.login,) if column == "login" else (fold(person.name), person.login)

        self.people = sorted(accounts.everybody(), key=key, reverse=self.sort.startswith("-"))

    def state(self, person: Person) -> dict[str, str]:
        """Return an account's state in words, with its tone."""
        return state_of(self, person)

    def roles(self, person: Person) -> list[str]:
        """Return an account's roles in words."""
        return [role["words"] for role in roles_of(self, person)]

    def role_choices(self) -> list[dict[str, Any]]:
        """Return the roles there are."""
        return role_choices(self)

    def create(self) -> Any:
        """Make an account, with a first role when one was chosen; show its one-time password on this page, once."""
        self.ask_password()
        login = self.text("login", 60)
        role, agency = self.text("role", 40), self.text("agency", 35)
        with joined() as session:
            self.password = accounts.create(
                session,
                login,
                self.text("fullname", 120),
                first=chosen(session, role, agency) if role else None,
                viewer=self.viewer,
                now=self.now,
            )
        self.made = login
        return SHOW

    def given(self, name: str, act: str = "", most: int = 4000) -> str:
        """Return what was typed, but nothing once the account is made."""
        return "" if self.made else super().given(name, act, most)


def chosen(session: Any, role: str, agency: str) -> tuple[Role, str]:
    """Return the role and the agency that were chosen.

    Raises:
        AccountError: there is no such role or agency.
    """
    known = agency == ALL_AGENCIES or session.get(Agency, agency) is not None
    if role not in set(Role) or not known:
        raise AccountError(because("portal.role-or-agency-unknown"))
    return Role(role), agency


def agency_choices(screen: Screen) -> list[dict[str, str]]:
    """Return every agency with its name, all of them together first."""
    rows = screen.session.execute(select(Agency.code, Agency.name).order_by(Agency.name))
    every = {"code": ALL_AGENCIES, "name": screen.t(_("All agencies"))}
    return [every, *({"code": code, "name": name} for code, name in rows)]


def role_choices(screen: Screen) -> list[dict[str, Any]]:
    """Return every role with its title in the reader's language."""
    return [{"value": role.value, "title": screen.t(ROLE_TITLES[role])} for role in Role]


def roles_of(screen: Any, person: Person) -> list[dict[str, str]]:
    """Return an account's roles: value, agency, and both in words."""
    names = {one["code"]: one["name"] for one in screen.agencies}
    return [
        {
            "role": role.value,
            "agency": agency,
            "words": f"{screen.t(ROLE_TITLES[role])} · {names.get(agency, agency)}",
        }
        for agency, held in sorted(person.held.items())
        for role in sorted(held)
    ]


def state_of(screen: Screen, person: Person) -> dict[str, str]:
    """Return an account's state in words, with its tone."""
    if person.locked:
        return {"words": screen.t(_("Locked")), "tone": "bad"}
    if person.first:
        return {"words": screen.t(_("Has not chosen a password yet")), "tone": "wait"}
    if person.manager:
        return {"words": screen.t(_("Runs the site")), "tone": "quiet"}
    return {"words": screen.t(_("In use")), "tone": "ok"}
