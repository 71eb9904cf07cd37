"""`nop-luu`: the case files somebody is making, and a new one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from plone import api
from zExceptions import NotFound

from archive.viewer import Viewer
from ingest.drafting import cabinet
from ingest.drafting.draft import Draft
from ingest.resending import SENDS
from portal.browser.screen import Screen
from portal.preflight import agencies

BEGINNING = {"Language": "Tiếng Việt", "ConfidenceLevel": "Gốc điện tử"}


def may_send(viewer: Viewer) -> bool:
    """Say whether this person sends for any agency."""
    return bool(viewer.agencies_with(SENDS))


class DraftsScreen(Screen):
    """The list; what stands below it in the address is one draft."""

    acts: ClassVar[Mapping[str, str]] = {"make": "make"}

    def publishTraverse(self, request: Any, name: str) -> Any:
        """Hand the address of one draft to its own screen."""
        if self.path:
            raise NotFound(name)
        one = api.content.get_view("soan-ho-so", self.context, request)
        one.path = (name,)
        return one

    def prepare(self) -> Any:
        """Read the person's drafts, and for which agencies there may be new ones."""
        self.names = agencies(self.session, self.viewer)
        self.drafts = cabinet.listing(viewer=self.viewer)

    def make(self) -> str:
        """Make a new draft and go to it."""
        draft = cabinet.make(
            self.text("agency", 35), viewer=self.viewer, now=self.now, fields=dict(BEGINNING)
        )
        return f"{self.root}/nop-luu/{draft.id}"

    def kept_until(self, draft: Draft) -> str:
        """Return the day a draft is given up when nobody touches it."""
        return self.day(draft.saved_at + cabinet.KEPT)

    @property
    def most(self) -> int:
        """Return how many drafts a person may have."""
        return cabinet.MOST_OF_A_PERSON
