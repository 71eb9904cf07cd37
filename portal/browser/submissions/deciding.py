"""What is done with a delivery on its page: accept, return as a whole or in part, ask, answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from archive.register.models import Submission, SubmissionState
from archive.viewer import Role
from ingest import asking, submissions
from ingest.asking import LONGEST_QUESTION
from ingest.returning import LONGEST_REASON
from ingest.shown import Contents
from portal.browser.screen import Screen
from portal.i18n import _
from portal.register import joined


class DecidingScreen(Screen):
    """The acts and what their forms show; the screen of one delivery is one of these.

    Attributes:
        submission: that the address names.
        contents: what it holds; None while that may not be shown.
        own: this person sent it.
    """

    submission: Submission
    contents: Contents | None = None
    own: bool = False
    acts: ClassVar[Mapping[str, str]] = {
        "accept": "accept",
        "return": "send_back",
        "return-documents": "send_documents_back",
        "ask": "ask",
        "answer": "answer",
    }
    keeps: ClassVar[bool] = True

    @property
    def may_decide(self) -> bool:
        """Say whether the decision buttons are shown; the act below checks again."""
        row = self.submission
        return row.state == SubmissionState.TO_DECIDE and self.viewer.has(Role.ARCHIVIST, row.agency_code)

    @property
    def may_accept(self) -> bool:
        """Say whether nothing found forbids accepting it; the act below checks again."""
        return self.may_decide and not self.own and submissions.acceptable(self.submission)

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

    def markable(self) -> list[dict[str, Any]]:
        """Return what can be sent back by itself: the description of the case file, and each document."""
        documents = self.contents.documents if self.contents is not None else ()
        lines: list[dict[str, Any]] = [{"ordinal": 0, "title": self.t(_("The description of the case file"))}]
        for one in documents:
            name = one.title or one.heading or self.t(_("(no title given)"))
            lines.append({"ordinal": one.ordinal, "title": f"{one.ordinal}. {name}"})
        return lines

    def send_documents_back(self) -> None:
        """Return single documents, each with what is wrong with it; the others need not be sent again."""
        with joined() as session:
            submissions.send_back(
                session,
                self.path[0],
                viewer=self.viewer,
                reason=self.text("remark", 1000),
                documents={ordinal: self.text(f"why-{ordinal}", LONGEST_REASON) for ordinal in self.marked()},
                now=self.now,
            )
        self.say(_("Returned. Only the marked documents have to be sent again."))

    def marked(self) -> frozenset[int]:
        """Return the numbers of the documents that are ticked; 0 is the case file's own description."""
        given = self.request.form.get("mark", [])
        ticked = [one for one in (given if isinstance(given, list) else [given]) if isinstance(one, str)]
        return frozenset(int(one) for one in ticked if one.isascii() and one.isdigit() and len(one) < 6)

    def opens(self, act: str) -> str | None:
        """Return the attribute that unfolds the form of an act that was just refused."""
        return "open" if act in self.request.form else None

    def ask(self) -> None:
        """Ask the office about it, without deciding."""
        with joined() as session:
            asking.ask(session, self.path[0], viewer=self.viewer, text=self.text("question"), now=self.now)
        self.say(_("Asked. The office reads the question on this page; the delivery stays undecided."))

    def answer(self) -> None:
        """Answer a question of the archive."""
        with joined() as session:
            asking.answer(
                session,
                self.text("question-id", 36),
                viewer=self.viewer,
                text=self.text("answer-text"),
                now=self.now,
            )
        self.say(_("Answered. The archivist decides now."))

    @property
    def longest_question(self) -> int:
        """Return how many characters a question may have."""
        return LONGEST_QUESTION
