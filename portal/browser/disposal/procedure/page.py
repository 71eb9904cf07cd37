"""One list with its whole procedure: where it stands, what was done, what this person may do next.

The page is put together of parts, each in a file of its own: `one` (the list), `lines` (its case files), `votes`,
`cards` (voting), `seating` (people), `filing` (the dossier), `vanishing` (what goes). What its buttons do is `doing/`.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from plone import api
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile

from archive.order_check import reasons_against
from archive.procedure.states import START, STATES_END, State
from archive.procedure.story import Step
from archive.reason import Reason
from archive.register.decisions import OrderState
from archive.register.models import CaseFile
from archive.second_factor import enrol
from portal.browser.disposal import to_begin
from portal.browser.disposal.one_list import PROGRESS, OneList
from portal.browser.disposal.procedure import forms
from portal.browser.disposal.procedure.cards import Cards
from portal.browser.disposal.procedure.doing.table import ACTS
from portal.browser.disposal.procedure.filing_shown import Filing
from portal.browser.disposal.procedure.linked import LINKED, STANDS
from portal.browser.disposal.procedure.next_act import BEGINS, acts, brings_forward, next_step
from portal.browser.disposal.procedure.paper_table import PaperRow, papers_of
from portal.browser.disposal.procedure.seating import Seating
from portal.browser.disposal.procedure.shown import ShownLines
from portal.browser.disposal.procedure.vanishing import Vanishing
from portal.browser.disposal.procedure.votes import Votes
from portal.browser.order_page import OrderPage
from portal.disposal_lists import ENDED_WELL, legal_words
from portal.i18n import _
from retention.procedure import notice, opinion, taking
from retention.procedure.standing import Stands, counts, standings


class ProcedureScreen(OrderPage):
    """`tieu-huy/<id>` of a list with a procedure; below it `tien-do` (JSON), its papers by name, `lien-quan`."""

    depth: ClassVar[int] = 2
    acts: ClassVar[Mapping[str, str]] = {name: name for name in ACTS}
    keeps: ClassVar[bool] = True
    filters: ClassVar[frozenset[str]] = frozenset({"sort", "q", "show"})
    begins: ClassVar[frozenset[str]] = BEGINS

    receipts_card = ViewPageTemplateFile("../receipts.pt")

    def publishTraverse(self, request: Any, name: str) -> Any:
        """Hand the linked documents of the list to their own screen."""
        if len(self.path) == 1 and name == LINKED:
            one = api.content.get_view("van-ban-lien-quan-huy", self.context, request)
            one.path = self.path
            return one
        return super().publishTraverse(request, name)

    @property
    def here(self) -> str:
        """Return the public address."""
        return f"{self.root}/tieu-huy/{self.path[0]}" if self.path else f"{self.root}/tieu-huy"

    def doing(self, button: str) -> Any:
        """Do what a button stands for."""
        return ACTS[button](self)

    def prepare(self) -> Any:
        """Read the list and its story; answer progress or a paper when asked for them."""
        self.one = OneList(self)
        self.order = self.one.order
        if self.path[1:] and self.path[1:] != (PROGRESS,):
            return self.one.answer(self.path[1])
        self.filing = Filing(self, self.order.id, self.one.row)
        if self.path[1:]:
            return self.progress()
        self.story = taking.story(self.session, self.order.id)
        self.one.read()
        self.lines = ShownLines(self.one, self.story)
        self.votes = Votes(self, self.story)
        self.cards = Cards(self.lines)
        self.seating = Seating(self, self.story)
        self.vanishing = Vanishing(self.one, self.story)
        self.receipts = self.one.receipts([item.case_file_id for item in self.lines.items()])
        self._look_ahead()
        return None

    def _look_ahead(self) -> None:
        """Find out what comes next, and what of it this person may do."""
        submits = opinion.submits(self.session, self.story.agency_code)
        self.step = next_step(self.story, submits=submits)
        self.may_do = acts(self.story, self.viewer, submits=submits, now=self.now)
        self.waits_until = None
        if self.story.state in START.values():
            self.waits_until = notice.runs_until(self.session, self.order.id, today=self.today)
        if self.waits_until:
            self.may_do = tuple(act for act in self.may_do if act != "submit")
        look = not self.story.begun and self.story.state not in STATES_END
        self.linked: Counter[Stands] = counts(
            standings(self.session, self.story, today=self.today, look=look)
        )
        self.against: tuple[Reason, ...] = ()
        begins = self.story.state is State.HANDED_OVER and self.forward in BEGINS
        if begins or self.order.state == OrderState.EXECUTING:
            against = reasons_against(self.session, self.order, now=self.now)
            self.against = tuple(one for one in against if one.code != "archive.not-released")
        self.has_authenticator = enrol.since(self.session, self.viewer.name) is not None

    # where it stands

    @property
    def state_title(self) -> str:
        """Return the legal state in words."""
        return self.t(legal_words(self.story.state))

    @property
    def ended_well(self) -> bool:
        """Say whether there is a certificate."""
        return self.story.state in ENDED_WELL

    @property
    def dossier(self) -> CaseFile | None:
        """Return the case file the dossier became."""
        return self.session.get(CaseFile, self.story.dossier_id) if self.story.dossier_id else None

    @property
    def deadline(self) -> dict[str, str] | None:
        """Return until when the list must begin, in words, with its tone; None when nothing limits it."""
        found = to_begin.deadline_of(self.story, self.today)
        if found is None:
            return None
        return {"words": self.t(to_begin.told(found, self.day(found.last))), "tone": to_begin.tone_of(found)}

    @property
    def notice_text(self) -> str:
        """Return from which day on the list may be submitted, "" when nobody has to wait for its notices."""
        told = {"day": self.day(self.waits_until), "days": str(notice.DAYS)}
        words = _("It can be submitted from ${day} on (${days} days after the notice).", mapping=told)
        return self.t(words) if self.waits_until else ""

    def papers(self) -> list[PaperRow]:
        """Return every paper the list rests on."""
        return list(papers_of(self.story, self.order.created_at))

    def step_name(self, step: Step) -> str:
        """Return what was done, in words."""
        return self.t(forms.STEPS.get(step.id, step.id))

    def linked_words(self) -> list[tuple[str, str]]:
        """Return how many linked documents stand how, in words, with the tone of each."""
        return [
            (f"{self.t(STANDS[stands][0])}: {self.count(number)}", STANDS[stands][1])
            for stands, number in sorted(self.linked.items(), key=lambda one: list(Stands).index(one[0]))
        ]

    # what this person may do

    @property
    def forward(self) -> str:
        """Return the one act of this person that brings the list forward, "" when there is none."""
        return next((act for act in self.may_do if brings_forward(act, self.story)), "")

    @property
    def others(self) -> list[str]:
        """Return the other acts of this person; voting has its cards, so it is only what comes first."""
        return [act for act in self.may_do if act not in (self.forward, "vote")]

    def form(self, act: str) -> forms.Form:
        """Return what an act asks for; why linked documents go only where some have no choice yet."""
        form = forms.FORMS[act]
        if act == "submit" and not self.linked[Stands.UNDECIDED]:
            return replace(form, fields=())
        return form

    def why_not(self) -> str:
        """Return why this person does not take the next step, "" when they may or nothing is left to do."""
        only_waits = self.waits_until is not None and self.story.council is not None
        if self.step is None or self.forward or only_waits:
            return ""
        return self.t(_("The next step is not yours; you may follow it here."))

    # how far the machine is

    @property
    def ended(self) -> int:
        """Return how many case files have come to an end."""
        return self.one.ended

    @property
    def running(self) -> bool:
        """Say whether something may move by itself."""
        return super().running or self.filing.going

    @property
    def shows_progress(self) -> bool:
        """Say whether there is anything to watch."""
        return super().shows_progress or self.filing.going

    @property
    def version(self) -> str:
        """Return a short mark that changes whenever the page would look different."""
        facts = [super().version, *self.filing.facts()]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:12]

    @property
    def progress_text(self) -> str:
        """Return how far it is, in words."""
        return self.filing.text() if self.filing.going else self.one.progress_text()
