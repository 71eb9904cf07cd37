"""What is due, and the lists made of it: choose case files, explain them, give the number of the letter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from plone import api
from sqlalchemy import select
from sqlalchemy.orm import Session
from zExceptions import NotFound

from archive.holds import held
from archive.reason import because, sentence, told
from archive.register.among import among
from archive.register.decisions import Order, OrderKind
from archive.register.disposal import DisposalList
from archive.register.models import CaseFile
from archive.register.notices import NoticeWhy
from archive.register.session import reading
from archive.seen_at import seen_at
from archive.viewer import Role
from portal.browser.disposal.kept_file import paper_given
from portal.browser.disposal.spans import When, span, when_of
from portal.browser.form_fields import Field, MissingError, day_of
from portal.browser.screen import Pages, Screen
from portal.disposal_lists import Lists
from portal.events import SEES
from portal.i18n import _
from portal.papers import mirror_order
from portal.register import joined
from retention import eligibility
from retention.applied import applied
from retention.eligibility import Due
from retention.explain import explain_dates
from retention.procedure import listing
from retention.procedure.listing import NewList
from retention.told_duplicates import count_duplicates, duplicates

GROUNDS = {NoticeWhy.EXPIRED: _("Expired"), NoticeWhy.DUPLICATE: _("Duplicates")}
SIZE = 100
ORDERS = 50


MAKING = (
    Field("number", _("Number of the letter that submits the list")),
    Field("date", _("Its date"), "date"),
    Field("reason", _("Reason"), "long"),
    Field("explanation", _("Explanation: how they came about and what is kept of them"), "long"),
)


class DisposalScreen(Screen):
    """`tieu-huy`; what stands below it in the address is one order."""

    acts: ClassVar[Mapping[str, str]] = {"make": "make"}
    keeps: ClassVar[bool] = True
    filters: ClassVar[frozenset[str]] = frozenset({"agency", "sort", "ground", "when"})

    def publishTraverse(self, request: Any, name: str) -> Any:
        """Hand the address of one order to its own screen."""
        if self.path:
            raise NotFound(name)
        with reading() as session:
            whole = session.get(DisposalList, name) is not None
        one = api.content.get_view("tung-buoc-huy" if whole else "quyet-dinh-huy", self.context, request)
        one.path = (name,)
        return one

    def prepare(self) -> Any:
        """Read the due list of one agency and the orders."""
        self.ground = (
            NoticeWhy.DUPLICATE if self.text("ground", 12) == NoticeWhy.DUPLICATE else NoticeWhy.EXPIRED
        )
        expired = self.ground is NoticeWhy.EXPIRED
        self.when = when_of(self.text("when", 12)) if expired else When.NOW
        self.by_when = {when: self._count(when) for when in (When if expired else (When.NOW,))}
        self.grounds = {
            NoticeWhy.EXPIRED: self.by_when[When.NOW],
            NoticeWhy.DUPLICATE: count_duplicates(self.session, viewer=self.viewer, today=self.today),
        }
        self.counts = self.by_when[self.when] if expired else self.grounds[self.ground]
        self.names = self.agency_names()
        wanted = self.text("agency", 35)
        self.agency = wanted if wanted in self.counts else next(iter(sorted(self.counts)), "")
        page = self.number("page", 1)
        self.sort = self.text("sort", 12) or "last-day"
        self.due = self._page_of_due((page - 1) * SIZE) if self.agency else []
        self.steps = explain_dates(self.session, [one.case_file_id for one in self.due]) if expired else {}
        self.periods = applied(self.session, [one.case_file_id for one in self.due])
        self.held = self._held_now()
        self.pages = Pages(self.counts.get(self.agency, 0), page, SIZE)
        self.orders = self._orders()
        self.more_orders = len(self.orders) > ORDERS
        del self.orders[ORDERS:]
        self.lists = Lists(self.session, [order.id for order in self.orders])

    def _count(self, when: When) -> dict[str, int]:
        days = span(when, self.today)
        return eligibility.count_due(self.session, viewer=self.viewer, today=days.until, since=days.since)

    def _page_of_due(self, offset: int) -> list[Due]:
        days = span(self.when, self.today)
        page = {
            "viewer": self.viewer,
            "agency": self.agency,
            "limit": SIZE,
            "offset": offset,
            "sort": self.sort,
        }
        if self.ground is NoticeWhy.DUPLICATE:
            return duplicates(self.session, today=self.today, **page)
        return eligibility.due(self.session, today=days.until, since=days.since, **page)

    def _held_now(self) -> set[str]:
        """Return what on this page is held today by a hold that ends before the last day looked at."""
        if self.when is When.NOW:
            return set()
        shown = [one.case_file_id for one in self.due]
        query = select(CaseFile.id).where(CaseFile.id.in_(shown), held(self.today))
        return set(self.session.scalars(query))

    def differs(self, item: Due) -> list[str]:
        """Return in what a duplicate differs from the case file that stays for it."""
        return [sentence(told(one, self.language)) for one in item.differs]

    def waits(self, item: Due) -> bool:
        """Say whether a case file is not due yet."""
        return self.ground is NoticeWhy.EXPIRED and item.eligible_from > self.today

    def may_tick(self, item: Due) -> bool:
        """Say whether a case file may be put on a list today; the act asks again."""
        return not (item.listed_in or self.waits(item) or item.case_file_id in self.held)

    def why(self, item: Due) -> list[str]:
        """Return step by step why a case file falls due on its day, each with its clause."""
        steps = self.steps.get(item.case_file_id, ())
        told = ((step.en if self.language == "en" else step.vi, step.clause) for step in steps)
        return [f"{words} ({clause})" if clause else words for words, clause in told]

    def _orders(self) -> list[Order]:
        seen = seen_at(self.viewer, Order.agency_code, SEES)
        query = select(Order).where(Order.kind == OrderKind.DESTRUCTION, seen)
        return list(self.session.scalars(query.order_by(Order.created_at.desc()).limit(ORDERS + 1)))

    @property
    def may_propose(self) -> bool:
        """Say whether the form is shown; the act checks again. A page of what is not due yet has nothing to list."""
        mine = bool(self.agency) and self.viewer.has(Role.ARCHIVIST, self.agency)
        return mine and not (self.due and all(map(self.waits, self.due)))

    @property
    def ground_tabs(self) -> list[tuple[str, Any, int]]:
        """Return the grounds on which case files may be listed: value, words, how many there are."""
        return [(str(why), GROUNDS[why], sum(counts.values())) for why, counts in self.grounds.items()]

    @property
    def when_tabs(self) -> list[tuple[str, str, int]]:
        """Return the choices of days: value, words, how many fall due; none for duplicates."""
        if self.ground is NoticeWhy.DUPLICATE:
            return []
        return [
            (when.value, self._when_words(when), sum(counts.values()))
            for when, counts in self.by_when.items()
        ]

    def _when_words(self, when: When) -> str:
        if when is When.NOW:
            return self.t(_("Due now"))
        return self.t(_("Falls due in ${year}", mapping={"year": str(span(when, self.today).until.year)}))

    @property
    def sees_due(self) -> bool:
        """Say whether this person sees at all what is due, somewhere."""
        return eligibility.agencies_seen(self.viewer, None) != frozenset()

    @property
    def none_due(self) -> str:
        """Return what is said of the chosen year when nothing falls due in it."""
        year = str(span(self.when, self.today).until.year)
        return self.t(_("No case file falls due in ${year}.", mapping={"year": year}))

    def columns(self) -> list[tuple[str, Any]]:
        """Return the columns of what is due: what sorts by it, and its title."""
        return [
            ("title", _("Case file")),
            ("end-date", _("Work ended")),
            ("period", _("Period")),
            ("last-day", _("Kept until")),
            ("documents", _("Documents")),
        ]

    def make(self) -> str:
        """Make lists of the ticked case files: one for each law they are under."""
        ids = self.ticked
        if not ids:
            raise MissingError(because("portal.nothing-ticked"))
        self.ask_for(MAKING)
        agency = self.text("agency", 35)
        letter = paper_given(self, agency, day_of(self.text("date", 10), latest=self.today))
        made = []
        with joined() as session:
            for chosen in _by_law(session, ids):
                new = NewList(agency, chosen, self.text("reason"), self.text("explanation"), letter)
                story = listing.propose(session, new, viewer=self.viewer, now=self.now)
                mirror_order(api.portal.get(), session, story.order_id)
                made.append(story.order_id)
        if len(made) > 1:
            self.say(_("Two lists were made, one for each law."))
            return self.here
        self.say(_("The list is made. The head forms its council, then it is submitted."))
        return f"{self.here}/{made[0]}"


def _by_law(session: Session, ids: list[str]) -> list[list[str]]:
    """Return the case files by the law they are under; what the register does not know goes with the first."""
    query = select(CaseFile.id, CaseFile.regime).where(among(CaseFile.id, ids))
    laws = {row.id: row.regime for row in session.execute(query)}
    first = min(laws.values(), default="")
    found: dict[str, list[str]] = {}
    for id in ids:
        found.setdefault(laws.get(id, first), []).append(id)
    return list(found.values())
