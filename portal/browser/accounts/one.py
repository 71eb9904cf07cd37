"""One account: its roles, giving and taking them, lock, one-time password, and what was done to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from sqlalchemy import select
from zExceptions import NotFound

from archive.ledger.append import from_row
from archive.ledger.event import Event, Verb
from archive.ledger.rows import EventRow
from archive.second_factor import enrol
from archive.viewer import same_person
from portal import accounts
from portal.browser.accounts.listing import agency_choices, chosen, role_choices, roles_of, state_of
from portal.browser.screen import SHOW, Screen
from portal.i18n import _
from portal.register import joined

EVENTS = 50


class OneAccount(Screen):
    """`tai-khoan/<login>`."""

    depth: ClassVar[int] = 1
    keeps: ClassVar[bool] = True
    acts: ClassVar[Mapping[str, str]] = {
        "give": "give",
        "take": "take",
        "lock": "lock",
        "unlock": "unlock",
        "renew": "renew",
        "reset": "reset",
    }
    password = ""

    @property
    def here(self) -> str:
        """Return the public address."""
        return f"{self.root}/tai-khoan/{self.path[0]}" if self.path else f"{self.root}/tai-khoan"

    def prepare(self) -> Any:
        """Read the account and its events."""
        if not self.path:
            raise NotFound("which account?")
        self.person_shown = accounts.named(self.path[0])
        self.agencies = agency_choices(self)
        self.since = enrol.since(self.session, self.path[0])
        self.own = same_person(self.path[0], self.viewer.name)
        query = (
            select(EventRow)
            .where(
                EventRow.object_id == self.path[0],
                EventRow.object_kind == "account",
                EventRow.verb == Verb.RIGHTS_CHANGE.value,
            )
            .order_by(EventRow.seq.desc())
            .limit(EVENTS)
        )
        self.events = [from_row(row) for row in self.session.scalars(query)]

    @property
    def may_act(self) -> bool:
        """Say whether the forms are shown; every act checks again."""
        return not self.own and not self.person_shown.manager

    def state(self) -> dict[str, str]:
        """Return the account's state in words, with its tone."""
        return state_of(self, self.person_shown)

    def roles(self) -> list[dict[str, str]]:
        """Return the account's roles: value, agency, and both in words."""
        return roles_of(self, self.person_shown)

    def role_choices(self) -> list[dict[str, Any]]:
        """Return the roles there are."""
        return role_choices(self)

    def done(self, event: Event) -> str:
        """Return what was done to the account, in words."""
        told = event.payload
        if "act" not in told:
            return self.t(_("Wrong passwords; the next try waits"))
        words = self.label("RIGHTS_ACTS", told["act"])
        if "role" not in told:
            return f"{words}: {told['reason']}" if "reason" in told else words
        names = {one["code"]: one["name"] for one in self.agencies}
        agency = names.get(told["agency"], told["agency"])
        return f"{words}: {self.label('ROLE_TITLES', told['role'])} · {agency}"

    # acts

    def give(self) -> None:
        """Give a role; the password is asked again."""
        self.ask_password()
        with joined() as session:
            role, agency = chosen(session, self.text("role", 40), self.text("agency", 35))
            accounts.give(session, self.path[0], role, agency, viewer=self.viewer, now=self.now)
        self.say(_("The role is given, and the ledger says so."))

    def take(self) -> None:
        """Take a role away."""
        agency, _colon, role = self.text("take", 80).rpartition("|")
        with joined() as session:
            # The agency may have been renamed or be gone since; what is held may always be taken away.
            held = accounts.named(self.path[0]).held.get(agency, frozenset())
            wanted = next((one for one in held if one.value == role), None)
            if wanted is None:
                raise NotFound(role)
            accounts.take(session, self.path[0], wanted, agency, viewer=self.viewer, now=self.now)
        self.say(_("The role is taken away, and the ledger says so."))

    def lock(self) -> None:
        """Lock the account at once."""
        with joined() as session:
            accounts.lock(session, self.path[0], self.text("reason"), viewer=self.viewer, now=self.now)
        self.say(_("The account is locked. Whoever is logged in with it can do nothing any more."))

    def unlock(self) -> Any:
        """Unlock it; show the one-time password on this page, once."""
        with joined() as session:
            self.password = accounts.unlock(session, self.path[0], viewer=self.viewer, now=self.now)
        return SHOW

    def renew(self) -> Any:
        """Make a new one-time password; show it on this page, once."""
        with joined() as session:
            self.password = accounts.renew(session, self.path[0], viewer=self.viewer, now=self.now)
        return SHOW

    def reset(self) -> None:
        """Take the authenticator away; the password is asked again."""
        self.ask_password()
        with joined() as session:
            accounts.reset_authenticator(
                session, self.path[0], self.text("reason", 500), viewer=self.viewer, now=self.now
            )
        self.say(_("The authenticator is reset. Its person is told on the next page and enrols another."))
