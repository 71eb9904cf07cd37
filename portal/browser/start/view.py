"""The start page: what waits for me today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from plone import api

from archive import furnished, list_names
from archive.ledger.event import Event
from archive.register.decisions import Order
from archive.register.models import SubmissionState
from archive.vietnam import local
from archive.viewer import Role
from ingest.drafting import cabinet
from ingest.resending import to_mend
from portal.browser.copies.view import SEES as SEES_COPIES
from portal.browser.disposal.to_begin import left_words, tone_of
from portal.browser.ledger import objects
from portal.browser.screen import Screen
from portal.browser.start.samples import arrived, to_try, version
from portal.browser.start.today import SHOWN, WORKING, Today, today_for
from portal.browser.submissions.rows import rows_of
from portal.disposal_lists import Lists
from portal.i18n import _

MAKE_CASE_FILES = frozenset({Role.OFFICIAL, Role.CLERK})
DRAFTS_SHOWN = 5
RETURNED_SHOWN = 6


class StartPage(Screen):
    """Front page of the site: the desk of whoever is logged in, a few true sentences for anybody else."""

    facts: Today

    def prepare(self) -> Any:
        """Read the desk."""
        self.anonymous = api.user.is_anonymous()
        self.known = not self.anonymous and bool(self.viewer.roles)
        if self.known:
            self.facts = today_for(self.session, self.viewer, self.today, self.now)
            self.to_decide = rows_of(self.session, self.facts.to_decide, self.viewer, self.now)
            back = to_mend(self.session, viewer=self.viewer, roles=MAKE_CASE_FILES, most=RETURNED_SHOWN)
            self.returned = rows_of(self.session, back, self.viewer, self.now)
            self.working = rows_of(self.session, self.facts.working, self.viewer, self.now)
            self.names = self.agency_names()
            self.to_begin = [
                {"order": order, "words": self.t(left_words(deadline)), "tone": tone_of(deadline)}
                for order, deadline in self.facts.to_begin
            ]
            shown = (*self.facts.orders, *(order for order, _left in self.facts.to_begin))
            self.lists = Lists(self.session, [order.id for order in shown])
            about = [(event.object_kind, event.object_id) for event in self.facts.events]
            self.about = objects.names_of(self.session, about, self.viewer, self.t)
            self.called = list_names.names_of(self.session, [id for kind, id in about if kind == "order"])
            self.makes = bool(self.viewer.agencies_with(MAKE_CASE_FILES))
            self.drafts = cabinet.listing(viewer=self.viewer)[:DRAFTS_SHOWN] if self.makes else []
            self.login = self.viewer.name
            self.furnishing = furnished.read()
            self.samples = to_try(self.furnishing)
            self.arrived = arrived(self.furnishing) if self.furnishing else ""
            self.version = version(self.furnishing) if self.furnishing else ""

    def what(self, event: Event) -> objects.Named:
        """Return what an event is about by name, a list by that of its letter; "" where nothing would be said by it."""
        named = self.about.get((event.object_kind, event.object_id), objects.Named(""))
        called = self.called.get(event.object_id) if event.object_kind == "order" else ""
        return replace(named, text=called) if called else named

    @property
    def name(self) -> str:
        """Return how the person is called."""
        user = api.user.get_current()
        return str(user.getProperty("fullname") or user.getUserName())

    @property
    def greeting(self) -> Any:
        """Return a greeting for the hour in Vietnam."""
        hour = local(self.now).hour
        if hour < 11:
            return _("Good morning")
        return _("Good afternoon") if hour < 18 else _("Good evening")

    @property
    def on_their_way(self) -> int:
        """Return how many submissions are on their way."""
        return sum(self.facts.counts.get(state, 0) for state in WORKING)

    @property
    def handovers(self) -> Sequence[Order]:
        """Return the first of the hand-overs under way."""
        return self.facts.handovers[:SHOWN]

    def more(self, number: int, shown: Sequence[Any]) -> str:
        """Return how many of a list that is cut are not shown, in words that lead to all; "" when all are."""
        left = number - len(shown)
        return (
            self.t(_("and ${number} more: show all", mapping={"number": self.count(left)}))
            if left > 0
            else ""
        )

    def tiles(self) -> list[dict[str, Any]]:
        """Return the counters this person has a use for."""
        facts, counts = self.facts, self.facts.counts
        tiles: list[dict[str, Any]] = []
        if self.may("Tang Thu: Read submissions"):
            state = SubmissionState.TO_DECIDE
            tiles.append(
                _tile(counts.get(state, 0), _("wait for a decision"), f"tiep-nhan?state={state}", "wait")
            )
            if facts.late:
                tiles.append(_tile(facts.late, _("overdue"), "tiep-nhan?late=1", "bad"))
            if facts.questions:
                tiles.append(
                    _tile(facts.questions, _("wait for an answer of the office"), "tiep-nhan?asked=1", "wait")
                )
            tiles.append(_tile(self.on_their_way, _("on their way"), "tiep-nhan", "busy"))
            back = counts.get("returned", 0) + counts.get("refused", 0)
            tiles.append(_tile(back, _("returned or refused"), "tiep-nhan?state=returned", "bad"))
            if facts.files_late:
                late = _("case files late to be handed in")
                tiles.append(_tile(facts.files_late, late, "danh-muc-nop-luu?state=overdue", "bad"))
            elif facts.files_soon:
                soon = _("case files to be handed in within 30 days")
                tiles.append(_tile(facts.files_soon, soon, "danh-muc-nop-luu?state=soon", "wait"))
            if facts.asked:
                tiles.append(
                    _tile(facts.asked, _("requests about archived documents"), "tiep-nhan/yeu-cau", "wait")
                )
        if self.may("Tang Thu: Act on disposal"):
            tiles.append(_tile(facts.due, _("due for disposal"), "tieu-huy", "quiet"))
            tiles.append(_tile(facts.held, _("held"), "giu-ho-so", "quiet"))
        if self.may("Tang Thu: Read hand-overs"):
            if self.viewer.agencies_with(frozenset({Role.ARCHIVIST, Role.HEAD, Role.AUDITOR})):
                tiles.append(_tile(len(facts.handovers), _("hand-overs under way"), "ban-giao", "quiet"))
            if self.viewer.agencies_with(frozenset({Role.HISTORICAL})):
                tiles.append(_tile(facts.arrived, _("packages to check and receive"), "ban-giao", "wait"))
        if facts.schedules:
            waiting = _("retention schedules wait for your approval")
            tiles.append(_tile(facts.schedules, waiting, "bang-thoi-han", "wait"))
        if self.viewer.agencies_with(SEES_COPIES):
            if facts.kept.lost:
                tiles.insert(0, _tile(facts.kept.lost, _("without any good copy"), "ban-sao", "bad"))
            if facts.kept.infected:
                tiles.insert(0, _tile(facts.kept.infected, _("kept packages with a virus"), "ban-sao", "bad"))
            tiles.append(_tile(facts.kept.faults, _("faulty copies"), "ban-sao", "bad"))
        return tiles


def _tile(count: int, words: Any, address: str, tone: str) -> dict[str, Any]:
    return {"count": count, "words": words, "address": address, "tone": tone if count else "quiet"}
