"""Search with facets: words with or without accents, codes, phrases; only what this person may read."""

from __future__ import annotations

from datetime import date
from html import escape
from typing import Any, ClassVar
from urllib.parse import urlencode

from sqlalchemy import select

from archive.errors import TemporaryError
from archive.register.models import CaseFile
from portal.browser.screen import Pages, Screen
from portal.browser.search import way_back
from portal.browser.search.asked import asked_in
from portal.days import DayField, day_fields
from portal.i18n import _
from portal.words import ACCESS, REGIMES
from search.query import Filters, Hit, Order, Results, search
from search.request import DEEPEST

SIZE = 20
FACET_TITLES = {
    "kind": _("Only"),
    "agency": _("Agency"),
    "year": _("Year"),
    "type": _("Type of document"),
    "access": _("Use"),
    "regime": _("Law that applies"),
}
KINDS = {"case-file": _("Case file"), "record": _("Document")}
ORDERS = {
    Order.RELEVANCE: _("Best first"),
    Order.NEWEST: _("Newest first"),
    Order.OLDEST: _("Oldest first"),
    Order.TITLE: _("By title"),
    Order.CODE: _("By code"),
}
STORED_LAST = _("Stored last first")
FACET_LENGTH = 10


class SearchScreen(Screen):
    """`tra-cuu`."""

    filters: ClassVar[frozenset[str]] = way_back.NAMES
    deepest: ClassVar[int] = DEEPEST

    def prepare(self) -> Any:
        """Ask the index."""
        asked = asked_in(self.text)
        self.q, self.chosen, self.days = asked.words, asked.chosen, asked.days
        sort = self.text("sort", 20)
        self.order = Order(sort) if sort in set(Order) else Order.RELEVANCE
        self.names = self.agency_names()
        self.down = ""
        try:
            self.results = self._found(asked.filters, self.number("page", 1, most=DEEPEST // SIZE))
            # What the filters took away: the way out of an empty page.
            self.without = self._found(Filters(), 1).total if self.narrowed and not self.results.total else 0
        except TemporaryError as error:
            self.down = self.because(error.reason)
            self.results = Results(0, (), {}, 1, SIZE, 0, "")
            self.without = 0
        self.pages = Pages(min(self.results.total, DEEPEST), self.results.page, SIZE)
        self.files = self._titles_of({hit.case_file_id for hit in self.results.hits if hit.record_id})

    def _found(self, filters: Filters, page: int) -> Results:
        return search(self.q, viewer=self.viewer, filters=filters, page=page, size=SIZE, order=self.order)

    def _titles_of(self, ids: set[str]) -> dict[str, str]:
        # The viewer may read these: a document has the agency and the access of its case file.
        rows = self.session.execute(select(CaseFile.id, CaseFile.title).where(CaseFile.id.in_(ids)))
        return {row.id: row.title for row in rows}

    # narrowing

    def facets(self) -> list[dict[str, Any]]:
        """Return the facets with something to choose, chosen values first."""
        shown = []
        for name, title in FACET_TITLES.items():
            values = dict(self.results.facets.get(name, {}))
            chosen = self.chosen[name]
            if chosen and chosen not in {str(value) for value in values}:
                values = {chosen: 0, **values}
            if len(values) < 2 and not chosen:
                continue
            entries = [
                {
                    "title": self.value_title(name, str(value)),
                    "count": count,
                    "here": str(value) == chosen,
                    "url": self.with_query(**{name: "" if str(value) == chosen else value, "page": ""}),
                }
                for value, count in list(values.items())[:FACET_LENGTH]
            ]
            shown.append({"title": title, "entries": entries})
        return shown

    def value_title(self, facet: str, value: str) -> str:
        """Return what a facet's value is called."""
        tables = {"access": ACCESS, "regime": REGIMES, "kind": KINDS, "agency": self.names}
        return self.t(tables.get(facet, {}).get(value, value))

    def chips(self) -> list[dict[str, str]]:
        """Return every filter that is set, with the address that takes it away."""
        found = [
            {
                "title": f"{self.t(FACET_TITLES[name])}: {self.value_title(name, value)}",
                "url": self.with_query(**{name: "", "page": ""}),
            }
            for name, value in self.chosen.items()
            if value
        ]
        for name, day, title in (
            ("from", self.days.first, _("From day")),
            ("to", self.days.last, _("To day")),
        ):
            if day:
                url = self.with_query(**{name: "", "page": ""})
                found.append({"title": f"{self.t(title)} {self.day(day)}", "url": url})
        return found

    @property
    def narrowed(self) -> bool:
        """Say whether any filter is in force."""
        return any(self.chosen.values()) or any(self.days.limits)

    @property
    def unfiltered(self) -> str:
        """Return the address of the same search without filters."""
        sort = {} if self.order == Order.RELEVANCE else {"sort": str(self.order)}
        query = urlencode(({"q": self.q} if self.q else {}) | sort)
        return f"{self.here}?{query}" if query else self.here

    @property
    def unquoted(self) -> str:
        """Return the address of the same search without the quotes around phrases; "" when there are none."""
        bare = self.q.translate({ord(mark): " " for mark in '"“”'})
        return self.with_query(q=" ".join(bare.split()), page="") if bare != self.q else ""

    def day_fields(self) -> list[DayField]:
        """Return the two fields for days."""
        return day_fields(self.days, self.t)

    def orders(self) -> list[dict[str, Any]]:
        """Return the orders to choose from; without words the first one is what was stored last."""
        titles = ORDERS if self.q else ORDERS | {Order.RELEVANCE: STORED_LAST}
        return [
            {"value": str(order), "title": title, "here": order == self.order}
            for order, title in titles.items()
        ]

    @property
    def to_hold(self) -> str:
        """Return the address that offers to hold everything found; "" for whoever may not, or nothing to hold."""
        may = self.may("Tang Thu: Manage holds") and self.results.total and (self.q or self.narrowed)
        way = way_back.packed(self.request.form) if may else ""
        return f"{self.root}/giu-nhieu-ho-so?{way}" if way else ""

    # hits

    def address(self, hit: Hit) -> str:
        """Return the page of a hit, which knows the way back here."""
        anchor = f"#tl-{hit.record_id}" if hit.record_id else ""
        way = way_back.packed(self.request.form)
        return f"{self.root}/ho-so/{hit.case_file_id}{'?' if way else ''}{way}{anchor}"

    def hit_title(self, hit: Hit) -> str:
        """Return a hit's title as HTML, its code when it has none."""
        return hit.title_html or escape(hit.code)

    def hit_day(self, hit: Hit) -> str:
        """Return a hit's date as people write it."""
        try:
            return self.day(date.fromisoformat(hit.date[:10]))
        except ValueError:
            return ""
