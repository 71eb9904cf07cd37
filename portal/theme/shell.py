"""What the shell shows around every page: navigation, who is here, which language."""

from __future__ import annotations

from typing import Any

from plone import api
from Products.Five import BrowserView
from Products.statusmessages.interfaces import IStatusMessage
from zope.i18n import translate

from archive.viewer import ALL_AGENCIES
from ingest.migration.standing import may_see
from portal import people
from portal.browser.drafting.listing import may_send
from portal.headers import FORMS_OF_PLONE, protect
from portal.viewer import viewer_for
from portal.words import ROLE_TITLES, icon
from retention import versions

TONES = {
    "info": ("ok", "check"),
    "warning": ("wait", "alert"),
    "error": ("bad", "alert"),
    "danger": ("bad", "alert"),
}
"""Type of a status message -> its tone and its icon."""


def initials(name: str) -> str:
    """Return the letters that stand for a person: of the last two words of the name, without what is in brackets."""
    own = name.partition("(")[0].split() or name.split()
    return "".join(word[0] for word in own[-2:]).upper()


class Shell(BrowserView):
    """Read by the page shell only."""

    def navigation(self) -> list[dict[str, Any]]:
        """Return the doors this person may open, the one we are in marked."""
        protect(self.request.response, FORMS_OF_PLONE, known=not api.user.is_anonymous())
        state = api.content.get_view("plone_context_state", self.context, self.request)
        here = self.request.get("ACTUAL_URL", "").rstrip("/")
        root = api.portal.get().absolute_url()
        entries = []
        for action in state.actions("archive"):
            if action["id"] == "drafting" and not may_send(viewer_for()):
                continue
            if action["id"] == "plans" and not may_see(viewer_for()):
                continue
            if action["id"] == "schedules" and not viewer_for().agencies_with(versions.SEES):
                continue
            url = action["url"].rstrip("/")
            inside = here == url or (url != root and here.startswith(url + "/"))
            inside = inside or any(
                url == f"{root}/{door}" and here.startswith(f"{root}/{room}")
                for door, room in (
                    ("tra-cuu", "ho-so/"),
                    ("tieu-huy", "danh-muc-huy"),
                    ("giu-ho-so", "giu-nhieu-ho-so"),
                )
            )
            entries.append({"id": action["id"], "title": action["title"], "url": url, "here": inside})
        return entries

    def person(self) -> dict[str, Any] | None:
        """Return name and roles of who is logged in; None for nobody."""
        if api.user.is_anonymous():
            return None
        user = api.user.get_current()
        viewer = viewer_for(user.getUser())
        roles, names = [], people.agency_names(viewer.roles)
        for agency, held in sorted(viewer.roles.items()):
            for role in sorted(held):
                where = "" if agency == ALL_AGENCIES else names.get(agency, agency)
                roles.append({"title": ROLE_TITLES[role], "where": where})
        name = user.getProperty("fullname") or user.getUserName()
        return {"name": name, "initials": initials(name), "roles": roles}

    def languages(self) -> list[dict[str, Any]]:
        """Return the two languages with the address that switches to them."""
        now = api.portal.get_current_language()
        here = self.request.get("ACTUAL_URL", "")
        return [
            {"code": code, "title": title, "here": now == code, "url": f"{here}?set_language={code}"}
            for code, title in (("vi", "Tiếng Việt"), ("en", "English"))
        ]

    def messages(self) -> list[dict[str, Any]]:
        """Return what the last act said; each is shown once. What has several lines is a list below its first."""
        shown: list[dict[str, Any]] = []
        for message in IStatusMessage(self.request).show():
            tone, name = TONES.get(message.type, TONES["info"])
            text = str(translate(message.message, domain="plone", context=self.request))
            role = "alert" if tone == "bad" else "status"
            first, *lines = text.split("\n")
            shown.append({"text": first, "lines": lines, "tone": tone, "icon": name, "role": role})
        return shown

    def is_manager(self) -> bool:
        """Say whether Plone's own editing chrome is shown."""
        return bool(api.user.has_permission("Plone Site Setup: Overview", obj=api.portal.get()))

    def icon(self, name: str) -> str:
        """Return an inline SVG icon."""
        return icon(name)
