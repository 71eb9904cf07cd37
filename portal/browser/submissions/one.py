"""One submission: how far it is, what was found, and the archivist's decision."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, ClassVar

from plone import api
from sqlalchemy import or_, select
from zExceptions import NotFound

from archive.ledger.append import history
from archive.register.messages import DocumentRequest, ReceivedMessage
from archive.register.models import STATES_OPEN, Agency, Submission, SubmissionState
from archive.viewer import Role
from ingest import submissions
from ingest.mending.earlier import being_mended
from ingest.pipeline import route
from ingest.reasons import finding_of
from ingest.resending import may_mend
from portal.browser.screen import Screen
from portal.findings import counted, grouped
from portal.i18n import _
from portal.register import joined

STEP_TITLES = {
    "unpack": _("Unpacked"),
    "heed": _("Read what it asks"),
    "join": _("Gathered"),
    "scan": _("Scanned"),
    "look": _("Looked into"),
    "gather": _("Waits"),
    "check": _("Checked"),
    "normalise": _("PDF/A made"),
    "decide": _("Decided"),
    "pack": _("Packaged"),
    "deposit": _("Deposited"),
    "keep": _("Kept"),
}
STOPPED = frozenset({SubmissionState.RETURNED, SubmissionState.REFUSED})


def step_states(submission: Submission) -> dict[str, str]:
    """Return what each pipeline step shows: done, now, wait, stop, or "" for not yet."""
    done = {step.step: step for step in submission.steps}
    states: dict[str, str] = {}
    reached = False
    for name in route(submission.kind):
        if name in done:
            stopped = submission.state in STOPPED and done[name].outcome in ("return", "refuse")
            waits = done[name].outcome in ("wait", "gather") and submission.state in (
                "to-decide",
                "gathering",
            )
            states[name] = "stop" if stopped else "wait" if waits else "done"
            continue
        first_open = not reached
        reached = True
        if first_open and submission.state in STATES_OPEN:
            states[name] = "wait" if submission.waiting else "now"
        elif first_open and submission.state == SubmissionState.TO_DECIDE and name == "decide":
            states[name] = "wait"
        elif first_open and submission.state in STOPPED and not any(s == "stop" for s in states.values()):
            states[name] = "stop"
        else:
            states[name] = ""
    return states


def version(submission: Submission) -> str:
    """Return a short mark that changes whenever the page would look different."""
    facts = [submission.state, submission.waiting, *(step.step for step in submission.steps)]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:12]


class SubmissionScreen(Screen):
    """`tiep-nhan/<id>`; `tiep-nhan/<id>/tien-do` answers JSON for the live progress."""

    depth: ClassVar[int] = 2
    acts: ClassVar[Mapping[str, str]] = {"accept": "accept", "return": "send_back"}

    def publishTraverse(self, request: Any, name: str) -> Any:
        """Hand the address of the mending of this submission to its own screen."""
        if name == "gui-lai" and len(self.path) == 1:
            mending = api.content.get_view("gui-lai", self.context, request)
            mending.path = self.path
            return mending
        return super().publishTraverse(request, name)

    @property
    def here(self) -> str:
        """Return the public address."""
        return f"{self.root}/tiep-nhan/{self.path[0]}" if self.path else f"{self.root}/tiep-nhan"

    def prepare(self) -> Any:
        """Read the submission; answer the progress as JSON when asked for it."""
        if not self.path:
            raise NotFound("which submission?")
        self.submission = submissions.one(self.session, self.path[0], viewer=self.viewer)
        if self.path[1:] == ("tien-do",):
            return self._progress()
        if self.path[1:]:
            raise NotFound(self.path[1])
        agency = self.session.get(Agency, self.submission.agency_code)
        self.agency_name = agency.name if agency else ""
        self.mended_by = being_mended(self.session, self.submission.id)
        self.may_mend = may_mend(self.submission, self.viewer) and self.mended_by is None
        self.said = self.session.get(ReceivedMessage, self.submission.id)
        self.asked = self.session.scalars(
            select(DocumentRequest).where(
                or_(
                    DocumentRequest.submission_id == self.submission.id,
                    DocumentRequest.target_id == self.submission.id,
                )
            )
        ).all()
        self.events = history(self.session, self.submission.id, limit=50)
        self.reason = next(
            (str(event.payload["reason"]) for event in self.events if event.payload.get("reason")), ""
        )
        self.version = version(self.submission)
        self.case_file_there = bool(
            self.submission.case_file_id
            and self.submission.state == SubmissionState.STORED
            and self.may("Tang Thu: Read records")
        )
        return None

    def _progress(self) -> str:
        self.request.response.setHeader("Content-Type", "application/json; charset=utf-8")
        self.request.response.setHeader("Cache-Control", "no-store")
        row = self.submission
        steps = [{"step": name, "state": state} for name, state in step_states(row).items()]
        return json.dumps(
            {
                "state": row.state,
                "running": row.state in STATES_OPEN,
                "reload": True,
                "version": version(row),
                "text": self.line(),
                "steps": steps,
            },
            ensure_ascii=False,
        )

    def line(self) -> str:
        """Return the state in words, with the reason it waits."""
        told = self.label("SUBMISSION_STATES", self.submission.state)
        return f"{told} · {self.detail(self.submission.waiting)}" if self.submission.waiting else told

    @property
    def running(self) -> bool:
        """Say whether the machine is at work on it."""
        return self.submission.state in STATES_OPEN

    def steps(self) -> list[dict[str, Any]]:
        """Return the steps with title and state."""
        states = step_states(self.submission)
        return [
            {"id": name, "title": STEP_TITLES.get(name, name), "state": state}
            for name, state in states.items()
        ]

    def groups(self) -> list[dict[str, Any]]:
        """Return the findings by document."""
        return grouped(map(finding_of, self.submission.findings), self.language)

    def counted(self) -> list[dict[str, Any]]:
        """Return how many findings of each severity there are."""
        return counted(map(finding_of, self.submission.findings))

    @property
    def may_decide(self) -> bool:
        """Say whether the decision buttons are shown; the act below checks again."""
        row = self.submission
        return row.state == SubmissionState.TO_DECIDE and self.viewer.has(Role.ARCHIVIST, row.agency_code)

    def accept(self) -> None:
        """Accept; packaging goes on by itself."""
        with joined() as session:
            submissions.accept(session, self.path[0], viewer=self.viewer, now=self.now)
        self.say(_("Accepted. It is now packaged and stored in every place."))

    def send_back(self) -> None:
        """Return it to its office with a reason."""
        with joined() as session:
            submissions.send_back(
                session, self.path[0], viewer=self.viewer, reason=self.text("reason"), now=self.now
            )
        self.say(_("Returned. The office gets the reason with the status message."))
