"""The list of submissions: by state and deadline with counts, by agency, sorted, paged."""

from __future__ import annotations

from typing import Any, ClassVar

from plone import api
from zExceptions import NotFound

from ingest import submissions
from ingest.gathering import settling
from ingest.infected import holding
from portal.browser.drafting.listing import may_send
from portal.browser.screen import Pages, Screen
from portal.browser.submissions.rows import rows_of
from portal.i18n import _
from portal.words import SUBMISSION_STATES

SIZE = 25
SECTIONS = {"gom": "gom-van-ban", "yeu-cau": "yeu-cau-van-ban", "cach-ly": "cach-ly-ma-doc"}
"""What stands below `tiep-nhan` and is no submission: documents that wait, what offices ask, what is infected."""


class SubmissionsScreen(Screen):
    """`tiep-nhan`; what stands below it in the address is one submission."""

    filters: ClassVar[frozenset[str]] = frozenset({"state", "agency", "sort", "late", "asked"})

    def publishTraverse(self, request: Any, name: str) -> Any:
        """Hand the address of one submission to its own screen."""
        if self.path:
            raise NotFound(name)
        if name in SECTIONS:
            return api.content.get_view(SECTIONS[name], self.context, request)
        one = api.content.get_view("mot-lan-nop", self.context, request)
        one.path = (name,)
        return one

    def prepare(self) -> Any:
        """Read one page of the list."""
        state = self.text("state", 20)
        self.state = state if state in set(SUBMISSION_STATES) else ""
        self.agency = self.text("agency", 35)
        self.late = self.text("late", 1) == "1"
        self.asking = self.text("asked", 1) == "1"
        self.sort = self.text("sort", 12) or ("due" if self.late or self.asking else "-received")
        self.listing = submissions.listing(
            self.session,
            viewer=self.viewer,
            state=self.state or None,
            agency=self.agency or None,
            late_only=self.late,
            asked_only=self.asking,
            now=self.now,
            sort=self.sort,
            page=self.number("page", 1),
            size=SIZE,
        )
        self.asked = settling.count_open(self.session, viewer=self.viewer)
        self.infected = holding.count(self.session, viewer=self.viewer)
        self.pages = Pages(self.listing.total, self.listing.page, self.listing.size)
        self.names = self.agency_names()
        self.rows = rows_of(self.session, self.listing.items, self.viewer, self.now)

    def may_send(self) -> bool:
        """Say whether this person may make case files here."""
        return may_send(self.viewer)

    def tabs(self) -> list[dict[str, Any]]:
        """Return the states with their counts; those that nobody is in are left out, except the first."""
        counts = self.listing.counts
        return [
            {
                "title": title,
                "count": counts.get(state, 0),
                "url": self.with_query(state=str(state), late="", asked=""),
                "here": self.state == state,
            }
            for state, title in SUBMISSION_STATES.items()
            if counts.get(state) or self.state == state or state == "to-decide"
        ]

    def across(self) -> list[dict[str, Any]]:
        """Return what stands across the states, with counts: what is overdue, what waits for an answer."""
        found = [
            ("late", _("Overdue"), self.listing.late, self.late, "bad"),
            ("asked", _("Wait for an answer of the office"), self.listing.asked, self.asking, "wait"),
        ]
        none = {"state": "", "late": "", "asked": "", "sort": ""}
        return [
            {
                "title": title,
                "count": count,
                "here": here,
                "tone": tone,
                "url": self.with_query(**none | {name: "1"}),
            }
            for name, title, count, here, tone in found
            if count or here
        ]

    @property
    def all_count(self) -> int:
        """Return how many there are in any state."""
        return sum(self.listing.counts.values())
