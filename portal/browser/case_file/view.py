"""A case file as people read it: description, documents, viewer, history, retention, copies, holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from sqlalchemy import select
from zExceptions import NotFound

from archive.adding.document import origin_of
from archive.dossiers import is_dossier
from archive.errors import NotAllowedError
from archive.ledger.append import history
from archive.ledger.event import Event, Verb
from archive.register.decisions import Hold, Order, Receipt
from archive.register.disposal import DisposalList
from archive.register.models import Agency, CaseFile, CaseFileState, Component, Fonds, Record
from archive.vietnam import day_of
from ingest.checks.fields import DOCUMENT_FIELDS, FILE_FIELDS
from ingest.gathering import settling
from portal.browser.case_file.appraising import AppraisingScreen
from portal.browser.case_file.files import Piece, pieces, readable
from portal.browser.case_file.giving import GivingScreen
from portal.browser.case_file.judging import SIGNATURES, JudgingScreen
from portal.browser.case_file.listed import Listed
from portal.browser.search import way_back
from portal.events import concerns
from portal.formats import format_name
from portal.i18n import _
from portal.reading import case_file, holds_of, send_component
from retention.applied import Applied, applied_to
from retention.explain import Step, explain

EVENTS = 100
NOT_FOR_READERS = frozenset({Verb.VIEW, Verb.COPY, Verb.HOLD, Verb.LIFT_HOLD, Verb.REQUEST})
"""What happened to a case file that is no business of those who only read it."""
SHOWN_ABOVE = frozenset({"Title", "FileCode", "StartDate", "EndDate", "Maintenance", "TotalDoc", "Rights"})


@dataclass(frozen=True)
class Open:
    """The PDF/A that is open, and those before and after it.

    Attributes:
        place: from 1, of `number` that can be read.
    """

    record: Record
    component: Component
    before: Component | None
    after: Component | None
    place: int
    number: int


class CaseFileScreen(GivingScreen, JudgingScreen, AppraisingScreen):
    """`ho-so/<id>`; below it `tep/<component>` gives one file, `xem/<component>` a PDF/A, `ban-sao/<id>` a copy.

    `chu-ky` judges its signatures anew.
    """

    depth: ClassVar[int] = 3
    acts: ClassVar[Mapping[str, str]] = {**GivingScreen.acts, "set_period": "set_period"}
    filters: ClassVar[frozenset[str]] = frozenset({"xem", way_back.NAME})
    tombstone = ViewPageTemplateFile("tombstone.pt")

    @property
    def here(self) -> str:
        """Return the address of the case file."""
        return f"{self.root}/ho-so/{self.path[0]}" if self.path else f"{self.root}/ho-so"

    def prepare(self) -> Any:
        """Read the case file, or answer with the bytes of one of its files."""
        if not self.path:
            return self.request.response.redirect(f"{self.root}/tra-cuu")
        if len(self.path) == 3 and self.path[1] in ("tep", "xem"):
            return self._file(self.path[2], in_frame=self.path[1] == "xem")
        if self.path[1:] == ("ban-sao", "tien-do"):
            return self.copies_progress()
        if len(self.path) == 3 and self.path[1] == "ban-sao":
            return self.copy_sent(self.path[2])
        if len(self.path) > 1 and self.path[1:] != (SIGNATURES,):
            raise NotFound(self.path[1])
        self.file = case_file(self.session, self.path[0], viewer=self.viewer)
        if len(self.path) > 1:
            return self.signatures_today()
        self._read_around()
        return self.tombstone() if self.file.state == CaseFileState.DESTROYED else None

    def _file(self, component_id: str, *, in_frame: bool) -> Any:
        component = self.session.get(Component, component_id)
        if component is None:
            raise NotFound(component_id)
        return send_component(self.request, component_id, viewer=self.viewer, now=self.now, in_frame=in_frame)

    def _read_around(self) -> None:
        file = self.file
        self.agency = self.session.get(Agency, file.agency_code)
        self.fonds = self.session.get(Fonds, file.fonds_code)
        self.holds = holds_of(self.session, file, self.viewer)
        theirs = concerns(self.viewer, file.agency_code)
        self.asked = settling.of_case_file(self.session, file.id) if theirs else []
        self.listed = Listed(self, theirs and self.may("Tang Thu: Read disposal"))
        self.order = self.session.get(Order, file.gone_order_id) if file.gone_order_id else None
        self.dossier = self._dossier()
        self.receipts = list(
            self.session.scalars(
                select(Receipt).where(Receipt.case_file_id == file.id).order_by(Receipt.holder)
            )
        )
        self.events: list[Event] = history(
            self.session,
            file.id,
            file.submission_id,
            *(package.id for package in file.packages),
            limit=EVENTS + 1,
            without=frozenset() if theirs else NOT_FOR_READERS,
        )
        self.more_events = len(self.events) > EVENTS
        del self.events[EVENTS:]
        try:
            self.steps: list[Step] = explain(self.session, file.id, viewer=self.viewer)
        except NotAllowedError:
            self.steps = []

    def _dossier(self) -> CaseFile | None:
        """Return the dossier of the destruction by which the case file went; None before it is filed."""
        listed = self.session.get(DisposalList, self.file.gone_order_id) if self.file.gone_order_id else None
        return self.session.get(CaseFile, listed.dossier_id) if listed and listed.dossier_id else None

    @property
    def is_dossier(self) -> bool:
        """Say whether the case file is itself the dossier of a destruction."""
        return is_dossier(self.file)

    # ways

    @property
    def back(self) -> str:
        """Return the address of the results this case file was opened from; "" when it was not."""
        way = self.text(way_back.NAME, way_back.LONGEST)
        return way_back.address(self.root, way) if way else ""

    def reading(self, component: Component | None) -> str:
        """Return the address of this page with a PDF/A open in it, or with none."""
        address = self.with_query(xem=component.id if component else "")
        return f"{address}#tt-viewer" if component else address

    # documents

    def came_from(self, record: Record) -> list[str]:
        """Return address and words of the case file a document was copied from; empty when it came with this one."""
        origin = origin_of(component.facts for component in record.components)
        if origin is None:
            return []
        told = {"code": origin["file_code"], "document": origin["document"]}
        words = _("copied from document ${document} of case file ${code}", mapping=told)
        source = self.session.get(CaseFile, origin["case_file_id"])
        if source is not None and source.state == CaseFileState.DESTROYED and source.gone_at is not None:
            told["day"] = self.day(day_of(source.gone_at))
            words = _(
                "copied from document ${document} of case file ${code}, destroyed on ${day}",
                mapping=told,
            )
        return [f"{self.root}/ho-so/{origin['case_file_id']}", self.t(words)]

    def pieces(self, record: Record) -> list[Piece]:
        """Return the files of a document."""
        return pieces(record)

    @property
    def opened(self) -> Open | None:
        """Return what the reader opened, None when nothing is open."""
        wanted = self.text("xem", 36)
        all_of_them = list(readable(self.file.records)) if wanted else []
        for place, (record, component) in enumerate(all_of_them):
            if component.id == wanted:
                before = all_of_them[place - 1][1] if place else None
                after = all_of_them[place + 1][1] if place + 1 < len(all_of_them) else None
                return Open(record, component, before, after, place + 1, len(all_of_them))
        return None

    def format(self, component: Component) -> str:
        """Return what a file's format is called."""
        return self.t(format_name(component.puid, component.media_type))

    def pages_of(self, record: Record) -> str:
        """Return how many pages were counted, and what the office said when that is another number."""
        return self._pages(record.pages, record.description.get("PageAmount"))

    def pages_of_all(self) -> str:
        """Return the same for the whole case file."""
        return self._pages(self.file.total_pages, self.file.description.get("PageNumber"))

    def _pages(self, counted: int, declared: Any) -> str:
        said = str(declared or "").strip()
        if not counted:
            return (
                self.t(_("${number} pages declared, none counted", mapping={"number": said})) if said else ""
            )
        told = self.t(_("${number} pages", mapping={"number": self.count(counted)}))
        if said.isdecimal() and int(said) not in (0, counted):
            told += ", " + self.t(
                _("the office declared ${number}", mapping={"number": self.count(int(said))})
            )
        return told

    def heading(self, record: Record) -> str:
        """Return type, number and notation of a document, as they are cited."""
        number = "/".join(part for part in (record.number, record.notation) if part)
        return " ".join(part for part in (record.type_name, f"số {number}" if number else "") if part)

    # description

    def fields(self) -> list[tuple[str, str]]:
        """Return every described field that has a value, with its name in the circular."""
        return self._named(FILE_FIELDS, self.file.description, SHOWN_ABOVE)

    def record_fields(self, record: Any) -> list[tuple[str, str]]:
        """Return the described fields of a document."""
        return self._named(DOCUMENT_FIELDS, record.description, frozenset())

    def _named(
        self, table: Any, description: Mapping[str, Any], without: frozenset[str]
    ) -> list[tuple[str, str]]:
        names = {field.short: field.name_vi for field in table}
        return [
            (names.get(name, name), str(value))
            for name, value in description.items()
            if value and name not in without
        ]

    def step_text(self, step: Step) -> str:
        """Return a step of the explanation in the reader's language."""
        return step.en if self.language == "en" else step.vi

    def step_version(self, step: Step) -> str:
        """Return which version of the rules, or of a schedule by its hash, a step was made with."""
        if step.schedule:
            return self.t(_("schedule of hash ${hash}", mapping={"hash": step.version}))
        return self.t(_("rules, version ${version}", mapping={"version": step.version}))

    @property
    def may_hold(self) -> bool:
        """Say whether the button to place a hold is shown."""
        return self.may("Tang Thu: Manage holds") and self.file.state == CaseFileState.STORED

    @property
    def may_describe(self) -> bool:
        """Say whether the way to describe it anew is shown: to those who may set its period."""
        return self.may_appraise

    @property
    def active_holds(self) -> list[Hold]:
        """Return the holds in force."""
        return [hold for hold in self.holds if hold.lifted_at is None]

    @property
    def may_see_order(self) -> bool:
        """Say whether the decision a case file was destroyed by has a page for this person."""
        return self.may("Tang Thu: Read disposal")

    @property
    def period(self) -> Applied:
        """Return the period that applies to it."""
        return applied_to(self.file)

    @property
    def past_due(self) -> bool:
        """Say whether the last day to keep it is over, and it is still here."""
        last = self.file.last_day
        return self.file.state == CaseFileState.STORED and last is not None and last < self.today

    def copies_in_short(self) -> str:
        """Return how many copies there are and how they are, in one sentence."""
        states = [copy.state for package in self.file.packages for copy in package.copies]
        good = states.count("verified")
        numbers = {"all": self.count(len(states)), "good": self.count(good)}
        if good == len(states):
            return self.t(_("${all} copies, all intact when last read.", mapping=numbers))
        return self.t(_("${good} of ${all} copies are intact.", mapping=numbers))

    def worst(self) -> str:
        """Return the state of the worst copy."""
        states = {copy.state for package in self.file.packages for copy in package.copies}
        return next((state for state in ("missing", "damaged", "verified") if state in states), "erased")


class TombstoneScreen(CaseFileScreen):
    """`bia-mo/<id>`: the tombstone alone, for those who may read no records (auditors)."""

    depth: ClassVar[int] = 1
    acts: ClassVar[Mapping[str, str]] = {}

    def prepare(self) -> Any:
        """Read the tombstone; a living case file is not shown here."""
        if not self.path:
            raise NotFound("which one?")
        self.file = case_file(self.session, self.path[0], viewer=self.viewer)
        if self.file.state != CaseFileState.DESTROYED:
            raise NotFound(self.path[0])
        self._read_around()
        return None
