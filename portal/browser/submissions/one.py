"""One submission: what it holds, how far it is, what was found, and the archivist's decision."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from plone import api
from sqlalchemy import or_, select
from zExceptions import NotFound

from archive.ledger.event import Event, Verb
from archive.reason import because, told
from archive.register.messages import DocumentRequest, ReceivedMessage
from archive.register.models import STATES_OPEN, Agency, SubmissionState
from ingest import held_files, submissions
from ingest.asked import of_submission
from ingest.asking import may_answer
from ingest.delivery import SignatureFacts
from ingest.drafting.sending import own_title
from ingest.formats.derivative import Derivative
from ingest.held_files import Held
from ingest.mending.earlier import being_mended
from ingest.reasons import finding_of
from ingest.resending import can_be_mended, may_mend
from ingest.sent_by import is_own
from ingest.shown import contents_of
from ingest.signatures import words
from portal.browser.minutes.block import hand_over_of
from portal.browser.submissions.deadlines import deadline_of
from portal.browser.submissions.deciding import DecidingScreen
from portal.browser.submissions.fate import fates_of, state_of
from portal.browser.submissions.history import READINGS, history_of
from portal.browser.submissions.naming import name_of, reference_of, subjects_of
from portal.browser.submissions.progress import STEP_TITLES, step_states, version
from portal.events import concerns
from portal.findings import counted, grouped
from portal.i18n import _
from portal.sending import Sent, Stream, send

FILE = re.compile(r"([1-9]\d{0,4})-([1-9]\d{0,4})")
"""A file in an address: number of its document, and its own in it."""
FORMS = {"xem": Held.PDFA, "tep": Held.ORIGINAL}


@dataclass(frozen=True)
class Opened:
    """The PDF/A that is open on the page."""

    title: str
    address: str


class SubmissionScreen(DecidingScreen):
    """`tiep-nhan/<id>`; below it `tien-do` answers JSON for the live progress, `xem/<n>-<m>` shows the PDF/A of file m
    of document n, `tep/<n>-<m>` gives the original.
    """

    depth: ClassVar[int] = 3
    filters: ClassVar[frozenset[str]] = frozenset({"xem"})

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
        if len(self.path) == 3 and self.path[1] in FORMS:
            return self._file(self.path[2], FORMS[self.path[1]])
        if self.path[1:]:
            raise NotFound(self.path[1])
        agency = self.session.get(Agency, self.submission.agency_code)
        self.agency_name = agency.name if agency else self.sender(self.submission.agency_code, {})
        self.mended_by = being_mended(self.session, self.submission.id)
        self.sends_again = may_mend(self.submission, self.viewer) and self.mended_by is None
        self.may_mend = self.sends_again and can_be_mended(self.submission.id)
        self.hand_over = hand_over_of(self.session, self.submission, self.viewer)
        self.said = self.session.get(ReceivedMessage, self.submission.id)
        self.asked = self.session.scalars(
            select(DocumentRequest).where(
                or_(
                    DocumentRequest.submission_id == self.submission.id,
                    DocumentRequest.target_id == self.submission.id,
                )
            )
        ).all()
        self.history = history_of(
            self.session,
            self.submission.id,
            behind=self.number("truoc", 0, least=0, most=2**53) or None,
            with_readings=concerns(self.viewer, self.submission.agency_code),
        )
        self.reason = submissions.reason_for_return(self.session, self.submission)
        self.version = version(self.submission)
        self.contents = contents_of(self.submission)
        self.fate = fates_of(self.session, [self.submission]).get(self.submission.id)
        subjects = subjects_of(self.session, [self.submission], self.viewer)
        self.name = name_of(self.submission, subjects.get(self.submission.id, ""))
        self.named_by_sender = bool(own_title(self.submission, viewer=self.viewer))
        self.reference = reference_of(self.submission)
        self.deadline = deadline_of(self.submission, self.now)
        self.own = is_own(self.session, self.submission, self.viewer)
        self.questions = of_submission(self.session, self.submission.id)
        self.may_answer = may_answer(self.submission, self.viewer)
        self.state_words, self.state_tone = state_of(self.submission, self.fate)
        return None

    # what it holds

    @property
    def may_open(self) -> bool:
        """Say whether this person may open its files; asked again when one is."""
        return self.contents is not None and self.viewer.may_read(
            self.submission.agency_code, self.contents.access
        )

    def _file(self, numbers: str, form: Held) -> Stream | str:
        """Answer with one file; a PDF/A is shown, an original downloaded, either is written into the ledger."""
        found = FILE.fullmatch(numbers)
        if found is None:
            raise NotFound(numbers)
        file = held_files.find(
            self.session, self.path[0], int(found[1]), int(found[2]), form, viewer=self.viewer
        )
        shown = form is Held.PDFA
        verb = Verb.VIEW if shown else Verb.COPY
        return send(
            self.request,
            Sent(file.name, file.size, file.sha256, file.media_type, shown),
            file.chunks,
            lambda begins: file.note(self.viewer, verb, now=self.now, begins=begins),
        )

    @property
    def opened(self) -> Opened | None:
        """Return the PDF/A the reader opened on the page; None when none is open."""
        found = FILE.fullmatch(self.text("xem", 12))
        if found is None or self.contents is None or not self.may_open:
            return None
        ordinal, position = int(found[1]), int(found[2])
        file = self.contents.file(ordinal, position)
        if file is None or file.derivative is None:
            return None
        title = self.contents.documents[ordinal - 1].title or file.name
        return Opened(title, f"{self.here}/xem/{ordinal}-{position}")

    def made_by(self, made: Derivative) -> str:
        """Return how a PDF/A was made."""
        return told(because("ingest.pdfa-made", route=made.route), self.language)

    def signature_tone(self, verdict: str) -> str:
        """Return the tone of a signature's verdict (EN 319 102-1 words)."""
        return {"TOTAL-PASSED": "ok", "TOTAL-FAILED": "bad"}.get(verdict, "wait")

    def signature_words(self, one: SignatureFacts) -> str:
        """Return a signature's verdict in words, with its reason."""
        return words.verdict(one.verdict, one.sub_indication, self.language)

    def signature_lines(self, one: SignatureFacts) -> list[str]:
        """Return whose certificate it is, when it was signed and what held then."""
        return words.lines(asdict(one), self.language)

    def told(self, event: Event) -> str:
        """Return an event in a few words; a reading says of which document."""
        number = event.payload.get("document")
        if event.verb not in READINGS or not isinstance(number, str):
            return super().told(event)
        document = self.t(_("document ${number}", mapping={"number": number}))
        return f"{super().told(event)}: {document}"

    # what became of it

    @property
    def case_file_there(self) -> bool:
        """Say whether the button to the case file is shown."""
        row = self.submission
        stored = row.state == SubmissionState.STORED and row.case_file_id is not None
        return stored and self.may("Tang Thu: Read records")

    def _progress(self) -> str:
        row = self.submission
        steps = [{"step": name, "state": state} for name, state in step_states(row).items()]
        return self.answer_json(
            {
                "state": row.state,
                "running": row.state in STATES_OPEN,
                "reload": True,
                "version": version(row),
                "text": self.line(),
                "steps": steps,
            }
        )

    def line(self) -> str:
        """Return the state in words, with the reason it waits."""
        words = self.label("SUBMISSION_STATES", self.submission.state)
        return f"{words} · {self.detail(self.submission.waiting)}" if self.submission.waiting else words

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
        """Return the findings by document, each with what the document is about and where it stands on the page."""
        groups = grouped(map(finding_of, self.submission.findings), self.language)
        documents = self.contents.documents if self.contents is not None else ()
        for group in groups:
            if 0 < group["document"] <= len(documents):
                group["about"] = documents[group["document"] - 1].title
                group["anchor"] = f"#vb-{group['document']}"
        return groups

    def counted(self) -> list[dict[str, Any]]:
        """Return how many findings of each severity there are."""
        return counted(map(finding_of, self.submission.findings))
