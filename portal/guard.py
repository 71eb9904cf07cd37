"""A plugin of the user folder that stands before the others: while an account waits, nobody looks at its passwords.

It counts wrong passwords of accounts that exist (`archive.attempts`), whatever door they came by: login page, basic
authentication, REST. A session cookie is no password and passes. The plugin lets in nobody itself. Without the register
it cannot count, and lets nobody's password pass; Zope's own administrator is in another user folder.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

from AccessControl.class_init import InitializeClass
from Products.PluggableAuthService.interfaces.plugins import IAuthenticationPlugin
from Products.PluggableAuthService.plugins.BasePlugin import BasePlugin
from Products.statusmessages.interfaces import IStatusMessage
from sqlalchemy.exc import SQLAlchemyError
from zope.interface import implementer

from archive import attempts
from archive.attempts import Purpose
from archive.vietnam import local
from portal.i18n import _

ID = "tangthu_guard"
LONGEST_ACCOUNT = 80
COUNTED = "tangthu.counted"  # in the request: one form is asked several times
log = logging.getLogger(__name__)


@implementer(IAuthenticationPlugin)
class Guard(BasePlugin):
    """Counts, makes wait, and otherwise says nothing."""

    meta_type = "Tang Thu Guard"

    def __init__(self, id: str = ID, title: str = "Wrong passwords wait") -> None:
        self._setId(id)
        self.title = title

    def authenticateCredentials(self, credentials: dict[str, Any]) -> None:
        """Empty the credentials of an account that waits, so that no plugin after this one sees them."""
        login, password = credentials.get("login"), credentials.get("password")
        if not login or password is None:
            return
        try:
            self._getPAS().source_users.getUserIdForLogin(login)
        except KeyError:  # nobody of that name: nothing to guess, nothing to count
            return
        try:
            told = self._judged(str(login), str(password))
        except SQLAlchemyError:
            log.exception("wrong passwords cannot be counted, so no password is looked at")
            told = _("Passwords cannot be checked right now. Try again later.")
        if told is not None:
            credentials.clear()
            if told:
                self._tell(told)

    def _judged(self, login: str, password: str) -> Any:
        """Return None when the password is right, a message when the account waits, "" when it is only wrong."""
        account, now = login[:LONGEST_ACCOUNT], datetime.now(UTC)
        until = attempts.not_before(account, Purpose.LOGIN, now=now)
        if until is None:
            given = {"login": login, "password": password}
            if self._getPAS().source_users.authenticateCredentials(given) is not None:
                attempts.was_right(account, Purpose.LOGIN)
                return None
            if self.REQUEST.other.get(COUNTED):
                return ""
            self.REQUEST.other[COUNTED] = True
            until = attempts.was_wrong(account, Purpose.LOGIN, now=now)
        if until is None:
            return ""
        return _(
            "Too many wrong passwords. Try again after ${time}.", mapping={"time": f"{local(until):%H:%M:%S}"}
        )

    def _tell(self, message: Any) -> None:
        if "__ac_name" in self.REQUEST.form and not self.REQUEST.other.get(f"{COUNTED}.told"):
            self.REQUEST.other[f"{COUNTED}.told"] = True
            IStatusMessage(self.REQUEST).add(message, type="error")


InitializeClass(Guard)


def install(site: Any) -> None:
    """Put the guard before every other authentication plugin of the site; safe to run again."""
    users = site.acl_users
    if ID not in users.objectIds():
        users._setObject(ID, Guard())
    plugins = users.plugins
    if ID not in plugins.listPluginIds(IAuthenticationPlugin):
        plugins.activatePlugin(IAuthenticationPlugin, ID)
    while plugins.listPluginIds(IAuthenticationPlugin)[0] != ID:
        plugins.movePluginsUp(IAuthenticationPlugin, [ID])
