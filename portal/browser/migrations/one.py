"""`chuyen-doi/<id>`: what a plan does, who decided, how far it is, what failed and why, and what may be done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from zExceptions import NotFound

from archive.reason import Reason, brief, from_json, sentence
from archive.register.preservation import ItemState, PlanState
from archive.viewer import same_person
from ingest.migration import deciding, standing
from ingest.migration.plan import LONGEST, Did
from portal.browser.beside import BesideScreen
from portal.browser.migrations.told import CODES, chosen
from portal.i18n import _
from portal.register import joined

SHOWN = 100
TRIED = 5
SAID = {
    Did.APPROVE: _("Approved. It does not run yet: begin it when the house has time."),
    Did.REFUSE: _("Refused. Nothing was changed."),
    Did.RUN: _("It runs in the background, one case file at a time."),
    Did.PAUSE: _("Paused after the case file it is at."),
    Did.STOP: _("Stopped. What was made stays until it is confirmed or reversed."),
    Did.CONFIRM: _("Confirmed. Earlier versions of the packages stay."),
    Did.REVERSE: _("The versions before become the current ones again, one case file at a time."),
}


class PlanScreen(BesideScreen):
    """One plan; a refused act shows the page again with what was written."""

    depth: ClassVar[int] = 1
    acts: ClassVar[Mapping[str, str]] = {
        "approve": "approve",
        "refuse": "refuse",
        "run": "run",
        "pause": "pause",
        "stop": "stop",
        "confirm": "confirm",
        "reverse": "reverse",
        "try": "try_out",
    }

    @property
    def here(self) -> str:
        """Return the public address."""
        return "/".join([f"{self.root}/chuyen-doi", *self.path])

    @property
    def written(self) -> str:
        """Return the words that came with a refused act."""
        return self.given("remark", most=LONGEST)

    def prepare(self) -> Any:
        """Read the plan, how far it is, and what this person may do with it."""
        if not self.path:
            raise NotFound("which plan?")
        self.there = standing.plan_of(self.session, self.path[0], viewer=self.viewer)
        self.plan = self.there.plan
        self.names = self.agency_names()
        self.own = same_person(self.plan.proposed_by, self.viewer.name)
        self.may_do = {did.value for did in Did if standing.may(self.plan, did, self.viewer)}
        self.may_try = self.plan.state in (PlanState.PROPOSED, PlanState.APPROVED) and standing.may_try(
            self.plan, self.viewer
        )
        found = standing.not_as_wanted(self.session, self.plan.id, viewer=self.viewer, limit=SHOWN + 1)
        told = list(found)
        self.more, self.told_files = len(told) > SHOWN, told[:SHOWN]
        self.works = self.plan.state in (PlanState.RUNNING, PlanState.REVERSING)
        self.total = self.plan.files
        self.done = self.total - self.there.left if self.works else self.total
        self.trouble_of_the_run = self.detail(self.plan.trouble) if self.works and self.plan.trouble else ""

    def chosen(self) -> str:
        """Return in words what it speaks of."""
        return chosen(self.plan, self.t, self.names)

    def pill(self) -> str:
        """Return the tone of its state."""
        return self.tone(f"plan-{self.plan.state}")

    def counts(self) -> list[dict[str, Any]]:
        """Return case files by what became of them."""
        return [
            {
                "label": self.label("PLAN_ITEM_STATES", state),
                "count": count,
                "tone": self.tone(f"item-{state.value}"),
            }
            for state in ItemState
            if (count := self.there.items.get(state, 0))
        ]

    def files(self) -> list[dict[str, Any]]:
        """Return the case files that did not become what was wanted, with reasons.

        What the tools said may quote a document: only for who may read the case file.
        """
        rows = []
        for one in self.told_files:
            why = [self.because(reason) if one.code else self.briefly(reason) for reason in one.why]
            for document, file, code, said in one.failed:
                place = {"document": document, "file": file}
                told = self.because(said) if said is not None else self._rule(code)
                why.append(f"{self.t(_('Document ${document}, file ${file}', mapping=place))}: {told}")
            rows.append(
                {
                    "text": one.code or one.case_file_id,
                    "path": f"ho-so/{one.case_file_id}" if one.readable else "",
                    "state": self.label("PLAN_ITEM_STATES", one.state),
                    "tone": self.tone(f"item-{one.state.value}"),
                    "why": why,
                }
            )
        return rows

    def _rule(self, code: str) -> str:
        """Return what a rule code means, in general words."""
        return self.t(CODES.get(code, code))

    def trial(self) -> list[dict[str, Any]]:
        """Return what a sample gave."""
        rows = []
        for one in self.plan.trial or ():
            measured = one.get("measured", {})
            text = measured.get("text_same_least")
            rows.append(
                {
                    "text": one["file_code"] if self._reads(one) else one["case_file_id"],
                    "document": one["document"],
                    "puid": one["puid"],
                    "before": one["before"],
                    "flavour": one["flavour"],
                    "route": one["route"],
                    "pages": measured.get("pages", ""),
                    "same": f"{text:.1%}" if isinstance(text, float) else "",
                    "validator": measured.get("validator", ""),
                    "code": one["code"],
                    "why": self._why_tried(one),
                }
            )
        return rows

    def _why_tried(self, one: Mapping[str, Any]) -> list[str]:
        if not self._reads(one):
            return [self._rule(one["code"])] if one["code"] else []
        return [self.because(from_json(why)) for why in one.get("why", ())]

    def _reads(self, one: Mapping[str, Any]) -> bool:
        return self.viewer.may_read(one["agency_code"], one["access"])

    def briefly(self, reason: Reason) -> str:
        """Return a reason without what names a record."""
        return sentence(brief(reason, self.language))

    def approve(self) -> None:
        """Approve what another person proposed."""
        self._do(Did.APPROVE)

    def refuse(self) -> None:
        """Refuse it, or take back one's own."""
        self._do(Did.REFUSE)

    def run(self) -> None:
        """Begin it, or go on with it."""
        self._do(Did.RUN)

    def pause(self) -> None:
        """Let it rest."""
        self._do(Did.PAUSE)

    def stop(self) -> None:
        """End it where it stands."""
        self._do(Did.STOP)

    def confirm(self) -> None:
        """Make it final."""
        self._do(Did.CONFIRM)

    def reverse(self) -> None:
        """Take back what it made."""
        self._do(Did.REVERSE)

    def _do(self, did: Did) -> None:
        with joined() as session:
            deciding.act(
                session,
                self.path[0],
                did,
                viewer=self.viewer,
                remark=self.text("remark", LONGEST),
                now=self.now,
            )
        self.say(SAID[did])

    def try_out(self) -> None:
        """Have a worker try it out on a few files."""
        with joined() as session:
            deciding.ask_for_a_try(session, self.path[0], TRIED, viewer=self.viewer)
        self.say(_("A few files are being tried; open the page again in a minute."))
