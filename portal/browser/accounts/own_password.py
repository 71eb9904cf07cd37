"""Choose the own password: anybody at any time, and whoever has a one-time one before anything else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from plone import api
from zExceptions import Unauthorized

from portal import accounts
from portal.browser.screen import Screen
from portal.i18n import _
from portal.register import joined


class OwnPassword(Screen):
    """`doi-mat-khau`."""

    for_first: ClassVar[bool] = True
    keeps: ClassVar[bool] = True
    acts: ClassVar[Mapping[str, str]] = {"choose": "choose"}

    def prepare(self) -> Any:
        """Say who must choose."""
        if api.user.is_anonymous():
            raise Unauthorized("log in first")
        self.first = accounts.must_change(self.viewer.name)
        self.least = accounts.LEAST

    def choose(self) -> str:
        """Change it; the present one is asked for."""
        if api.user.is_anonymous():
            raise Unauthorized("log in first")
        self.ask_password()
        new, again = self.text("new"), self.text("again")
        with joined() as session:
            accounts.choose_password(session, new, again, viewer=self.viewer, now=self.now)
        self.say(_("Your password is changed."))
        return self.root
