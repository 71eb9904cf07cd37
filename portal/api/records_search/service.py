"""GET @records-search?q=: what matches and may be read, with facets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from portal.api.service import ArchiveService, ProblemError
from search.query import Filters, Order, search

LIST_FILTERS = {
    "agency": "agencies",
    "fonds": "fonds",
    "type": "types",
    "access": "access",
    "regime": "regimes",
    "kind": "kinds",
}


class GetSearch(ArchiveService):
    """Search the index."""

    permission = "Tang Thu: Read records"

    def answer(self) -> Mapping[str, Any]:
        """Return a page of hits."""
        years = self._many("year")
        if not all(year.isdigit() for year in years):
            raise ProblemError(400, "Bad request", "year must be a number")
        order = self.word("sort", 20) or Order.RELEVANCE
        if order not in set(Order):
            raise ProblemError(400, "Bad request", f"sort must be one of {', '.join(Order)}")
        chosen = {field: self._many(name) for name, field in LIST_FILTERS.items()}
        results = search(
            self.word("q"),
            viewer=self.viewer,
            filters=Filters(
                years=tuple(int(year) for year in years),
                date_from=self._day("from"),
                date_to=self._day("to"),
                **chosen,
            ),
            page=self.number("page", 1, 500),
            size=self.number("size", 20, 100),
            order=Order(order),
        )
        return {
            "total": results.total,
            "page": results.page,
            "size": results.size,
            "took_ms": results.took_ms,
            "facets": results.facets,
            "items": [
                asdict(hit) | {"url": f"{self.root}/@case-files/{hit.case_file_id}"} for hit in results.hits
            ],
        }

    def _day(self, name: str) -> str:
        day = self.word(name, 10)
        try:
            return date.fromisoformat(day).isoformat() if day else ""
        except ValueError as error:
            raise ProblemError(400, "Bad request", f"{name} must be a day: 2020-12-31") from error

    def _many(self, name: str) -> tuple[str, ...]:
        value = self.request.form.get(name, [])
        values = [value] if isinstance(value, str) else value
        return tuple(one[:100] for one in values if isinstance(one, str) and one)
