"""`tiep-nhan/cach-ly`: what is infected, since when, who asked what; one person asks, another one answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from archive.register.infected import QuarantineRequest, Wish
from archive.viewer import same_person
from ingest.infected import deciding, holding
from ingest.infected.holding import ANSWERS, ASKS, Held
from ingest.reasons import in_vietnamese
from portal.browser.beside import BesideScreen
from portal.i18n import _
from portal.register import joined

SAID = {
    "released": _("Released. It is scanned again now; then it goes on where it stopped."),
    "destroyed": _("To be destroyed. The bytes are overwritten within minutes, and the ledger says so."),
    "declined": _("Declined. Nothing happened; the bytes stay until their term ends."),
}


class QuarantineScreen(BesideScreen):
    """The infected deliveries; the newest first, those with an open request on top."""

    acts: ClassVar[Mapping[str, str]] = {"ask": "ask", "agree": "agree", "decline": "decline"}

    @property
    def about(self) -> str:
        """Return which request or delivery a refused act was about."""
        return self.given("request", most=36) or self.given("submission", most=36)

    @property
    def written(self) -> str:
        """Return the words that came with a refused act."""
        return self.given("word", most=deciding.LONGEST)

    @property
    def here(self) -> str:
        """Return the public address."""
        return f"{self.root}/tiep-nhan/cach-ly"

    def prepare(self) -> Any:
        """Read what lies there and what was answered."""
        found = holding.listing(self.session, viewer=self.viewer)
        self.held: Sequence[Held] = sorted(found, key=lambda one: one.request is None)
        self.answered = holding.answered(self.session, viewer=self.viewer)
        self.names = self.agency_names()
        self.submissions_seen = self.may("Tang Thu: Read submissions")
        # The form may not be there any more, somebody else was quicker: what was written is then shown on top.
        self.shown_below = any(
            (self.about == one.submission.id and self.may_ask(one))
            or (one.request is not None and self.about == one.request.id and self.may_answer(one))
            for one in self.held
        )

    def title(self, held: Held) -> str:
        """Return what stands for the delivery: its own title was never read, for nobody may open it."""
        return str(self.names.get(held.submission.agency_code, held.submission.agency_code))

    def place(self, place: str) -> str:
        """Return where in the delivery the file is."""
        return in_vietnamese(place) if self.language == "vi" else place

    def engine(self, held: Held) -> str:
        """Return which scanner with signatures of which day found it."""
        name, _slash, rest = held.engine.partition("/")
        number, _slash, day = rest.partition("/")
        if not number:
            return name
        told = self.t(_("${engine}, signatures ${number} of", mapping={"engine": name, "number": number}))
        return f"{told} {self._day_of(day)}"

    def _day_of(self, said: str) -> str:
        """Return the signatures' day as people here write it; as the scanner says it when it says it otherwise."""
        try:
            return self.day(datetime.strptime(said, "%a %b %d %H:%M:%S %Y").date())  # noqa: DTZ007  (a day only)
        except ValueError:
            return said

    def days_left(self, held: Held) -> int:
        """Return how many days its bytes stay."""
        return max(0, (held.until - self.now).days)

    def may_ask(self, held: Held) -> bool:
        """Say whether the form to ask is shown; the act asks again."""
        return held.request is None and self.viewer.has(ASKS, held.submission.agency_code)

    def may_answer(self, held: Held) -> bool:
        """Say whether the form to answer is shown; the act asks again."""
        if held.request is None or same_person(held.request.asked_by, self.viewer.name):
            return False
        return any(self.viewer.has(role, held.submission.agency_code) for role in ANSWERS)

    def who(self, account: str) -> str:
        """Return a person's full name; a word of ours for the machine."""
        return self.t(_("the archive itself")) if account.startswith("system:") else self.person(account)

    def remembered(self, id_: str) -> str:
        """Return what was written into a form that was refused."""
        return self.written if self.trouble and self.about == id_ else ""

    def closed_for(self, request: QuarantineRequest) -> str:
        """Return the name of the office a closed request is about."""
        return str(self.names.get(request.agency_code, request.agency_code))

    def ask(self) -> None:
        """Ask for release or destruction."""
        with joined() as session:
            deciding.ask(
                session,
                self.text("submission", 36),
                wish=Wish.DESTROY if self.text("wish", 10) == "destroy" else Wish.RELEASE,
                reason=self.written,
                viewer=self.viewer,
                now=self.now,
            )
        self.say(_("Asked. A second person, head or administrator, has to answer."))

    def agree(self) -> None:
        """Do what another person asked."""
        self._answer(agree=True)

    def decline(self) -> None:
        """Leave it where it is."""
        self._answer(agree=False)

    def _answer(self, *, agree: bool) -> None:
        with joined() as session:
            state = deciding.answer(
                session,
                self.text("request", 36),
                agree=agree,
                remark=self.written,
                viewer=self.viewer,
                now=self.now,
            ).state
        self.say(SAID[state])
