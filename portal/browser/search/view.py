"""Search with facets: words with or without accents, codes, phrases; only what this person may read."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from archive.errors import TemporaryError
from portal.browser.screen import Pages, Screen
from portal.i18n import _
from portal.words import ACCESS, REGIMES
from search.query import Filters, Hit, Results, search

SIZE = 20
FACET_TITLES = {
    "kind": _("What"),
    "agency": _("Agency"),
    "year": _("Year"),
    "type": _("Type of document"),
    "access": _("Use"),
    "regime": _("Law that applies"),
}
KINDS = {"case-file": _("Case file"), "record": _("Document")}
FACET_LENGTH = 10


class SearchScreen(Screen):
    """`tra-cuu`."""

    filters: ClassVar[frozenset[str]] = frozenset({"q", "page", "from", "to", *FACET_TITLES})

    def prepare(self) -> Any:
        """Ask the index."""
        self.q = self.text("q", 300)
        self.chosen = {name: self.text(name, 100) for name in FACET_TITLES}
        self.date_from, self.date_to = _iso(self.text("from", 10)), _iso(self.text("to", 10))
        self.names = self.agency_names()
        self.down = ""
        try:
            self.results = search(
                self.q,
                viewer=self.viewer,
                filters=self._filters(),
                page=self.number("page", 1, most=500),
                size=SIZE,
            )
        except TemporaryError as error:
            self.down = str(error)
            self.results = Results(0, (), {}, 1, SIZE, 0, "")
        self.pages = Pages(min(self.results.total, 10_000), self.results.page, SIZE)

    def _filters(self) -> Filters:
        chosen = self.chosen

        def one(name: str) -> tuple[str, ...]:
            return (chosen[name],) if chosen[name] else ()

        return Filters(
            agencies=one("agency"),
            years=(int(chosen["year"]),) if chosen["year"].isdigit() else (),
            types=one("type"),
            access=one("access"),
            regimes=one("regime"),
            kinds=one("kind"),
            date_from=self.date_from,
            date_to=self.date_to,
        )

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

    @property
    def narrowed(self) -> bool:
        """Say whether any filter is set."""
        return any(self.chosen.values()) or bool(self.date_from or self.date_to)

    def address(self, hit: Hit) -> str:
        """Return the page of a hit."""
        anchor = f"#tl-{hit.record_id}" if hit.record_id else ""
        return f"{self.root}/ho-so/{hit.case_file_id}{anchor}"

    def hit_day(self, hit: Hit) -> str:
        """Return a hit's date as people write it."""
        iso = _iso(hit.date)
        return self.day(date.fromisoformat(iso)) if iso else ""


def _iso(text: str) -> str:
    """Return an ISO day when the text is one, else nothing."""
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        return ""
