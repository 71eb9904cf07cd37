"""What a person sees when something cannot be shown: not found, not allowed, refused, busy, broken.

Right status, own shell, own language, and what to do next. What went wrong inside is in the log, not on the page.
"""

from __future__ import annotations

import json
from typing import Any

from AccessControl.SecurityManagement import newSecurityManager
from plone import api
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zExceptions import Forbidden, HTTPException
from zope.i18n import translate

from archive.errors import NotAllowedError, NotFoundError, TangThuError, TemporaryError
from portal.browser.screen import Screen
from portal.headers import STRICT, protect
from portal.i18n import DOMAIN, _
from portal.layer import IPortalLayer

TITLES = {
    400: _("The request is not complete"),
    401: _("Log in first"),
    403: _("Not for this account"),
    404: _("There is no such page"),
    409: _("That cannot be done now"),
    503: _("Try again in a minute"),
    500: _("Something broke"),
}
NEXT = {
    400: _("Go back, open the form anew and try again."),
    401: _("Your session may have ended."),
    403: _("Your roles do not open this page. Ask the administrator if you need it for your work."),
    404: _("The address may be mistyped, or what was here may not be for you to see."),
    409: _("Nothing was changed. Go back, look at the present state, and try again."),
    503: _("A part is busy or down right now. Nothing was changed; the same page will open when it is back."),
    500: _("Nothing was changed. Tell the administrator when it happened; the log says what it was."),
}
SOON = "30"  # seconds, for those who ask again by themselves


def status_of(error: BaseException) -> int:
    """Return the HTTP status an error is answered with."""
    kinds: tuple[tuple[type[BaseException], int], ...] = (
        (NotFoundError, 404),
        (NotAllowedError, 403),
        (TemporaryError, 503),
        (TangThuError, 409),
    )
    if isinstance(error, HTTPException):
        return int(error.getStatus())
    return next((status for kind, status in kinds if isinstance(error, kind)), 500)


class ErrorPage(Screen):
    """View of an exception. Zope makes an internal error of any that is none of its own, so ours never come that way:
    a screen asks for this page itself (`Screen.refused`)."""

    plain = ViewPageTemplateFile("plain.pt")
    status = 500

    def __call__(self) -> Any:
        """Answer with the status and a page; JSON for whoever asks for no page."""
        error = self.context
        self.status = status_of(error)
        response = self.request.response
        response.setStatus(self.status)
        if self.status < 400:  # a redirect, raised
            return ""
        if self.status == 503:
            response.setHeader("Retry-After", SOON)
        told = isinstance(error, TangThuError) and self.status in (409, 503)
        self.reason = self.because(error.reason) if told else ""
        protect(response, STRICT, known=True)
        if "text/html" not in (self.request.get_header("Accept") or ""):
            response.setHeader("Content-Type", "application/json")
            return json.dumps({"error_type": type(error).__name__})
        if not IPortalLayer.providedBy(self.request):  # not in our site
            return self.plain()
        self.context = api.portal.get()
        _recognise(self.request)
        self.dress()
        return self.rendered()

    @property
    def title(self) -> Any:
        """Return what happened, in a few words."""
        return TITLES.get(self.status, TITLES[500 if self.status >= 500 else 400])

    @property
    def next(self) -> Any:
        """Return what to do next."""
        return NEXT.get(self.status, NEXT[500 if self.status >= 500 else 400])

    def in_vietnamese(self, message: Any) -> str:
        """Return a message where no site says which language the reader chose."""
        return str(translate(message, domain=DOMAIN, target_language="vi"))

    @property
    def when(self) -> str:
        """Return the moment, for who looks into the log."""
        return self.moment(self.now)


class NoPrivilegePage(ErrorPage):
    """`insufficient-privileges`: where Plone sends somebody who is logged in and may not open a page."""

    def __call__(self) -> Any:
        """Answer 403; Plone's own page says 200."""
        self.context = Forbidden()
        return super().__call__()


def _recognise(request: Any) -> None:
    """Know who is logged in also where Zope did not come so far as to ask: an address with nothing behind it."""
    if not api.user.is_anonymous():
        return
    users = api.portal.get_tool("acl_users")
    found = users._extractUserIds(request, users.plugins)  # what PAS does first when it validates a request
    if found:
        user = users._findUser(users.plugins, *found[0], request=request)
        newSecurityManager(None, user.__of__(users))
