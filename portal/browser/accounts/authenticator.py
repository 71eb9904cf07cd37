"""Enrol the own authenticator: the app whose codes stand beside the password where a destruction is decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from plone import api
from zExceptions import Unauthorized

from archive.register.session import reading
from archive.second_factor import enrol
from archive.second_factor.enrol import Door, Enrolment
from archive.second_factor.prove import First, prove
from archive.second_factor.qr import qr_svg
from portal.browser.screen import SHOW, Screen
from portal.i18n import _
from portal.register import joined

GROUP = 4
"""Letters of the secret that stand together, for typing it off."""


class OwnAuthenticator(Screen):
    """`ma-xac-thuc`."""

    keeps: ClassVar[bool] = True
    acts: ClassVar[Mapping[str, str]] = {"begin": "begin", "confirm": "confirm"}
    shown: Enrolment | None = None

    def prepare(self) -> Any:
        """Read what the person has."""
        self._known()
        self.since = enrol.since(self.session, self.viewer.name)
        self.waits = self.shown is not None or enrol.waits(self.session, self.viewer.name, now=self.now)

    @property
    def picture(self) -> str:
        """Return the QR code of the secret that is shown."""
        return qr_svg(self.shown.uri) if self.shown is not None else ""

    @property
    def typed(self) -> str:
        """Return the secret in groups, for typing."""
        secret = self.shown.secret if self.shown is not None else ""
        return " ".join(secret[start : start + GROUP] for start in range(0, len(secret), GROUP))

    # acts

    def begin(self) -> Any:
        """Make a new secret and show it on this page, once; one in force is replaced only with a code of it."""
        self._known()
        self.ask_password()
        name = self.viewer.name
        with reading() as session:
            in_force = enrol.since(session, name) is not None
        if in_force:
            prove(name, self.text("code", 12), enrol.replacing(name), first=First.PASSWORD, now=self.now)
        with joined() as session:
            self.shown = enrol.begin(session, viewer=self.viewer, now=self.now)
        return SHOW

    def confirm(self) -> None:
        """Put it in force by its first code."""
        self._known()
        enrol.confirm(self.text("first", 12), viewer=self.viewer, door=Door.PORTAL, now=self.now)
        self.say(_("Your authenticator is in force, and the ledger says so."))

    def _known(self) -> None:
        if api.user.is_anonymous():
            raise Unauthorized("log in first")
