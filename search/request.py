"""What a search engine is asked, and what it answers: values both engines and their callers share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from search.access import Scope
from search.document import IndexDocument
from search.order import Order
from search.vietnamese import Unit

FACETS = ("agency", "year", "type", "access", "regime", "kind")
DEEPEST = 10_000
"""Hits that can be paged to; behind that a reader must narrow the search (Elasticsearch's own limit)."""


@dataclass(frozen=True)
class Filters:
    """What a reader narrows the search to; empty means no limit. Values of one filter are alternatives.

    Attributes:
        agencies: agency codes.
        types: names of document types as described ("Quyết định").
        access: access codes 01, 02.
        kinds: "case-file", "record".
        date_from: ISO day; documents dated before it are left out. `date_to` the same after it; with either,
            those without a date are left out.
        case_file: only documents of this case file.
    """

    agencies: tuple[str, ...] = ()
    fonds: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    types: tuple[str, ...] = ()
    access: tuple[str, ...] = ()
    regimes: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    date_from: str = ""
    date_to: str = ""
    case_file: str = ""

    def terms(self) -> dict[str, tuple[str | int, ...]]:
        """Return field -> allowed values, of the filters that are set."""
        all_terms: dict[str, tuple[str | int, ...]] = {
            "agency": self.agencies,
            "fonds": self.fonds,
            "year": self.years,
            "type": self.types,
            "access": self.access,
            "regime": self.regimes,
            "kind": self.kinds,
            "case_file_id": (self.case_file,) if self.case_file else (),
        }
        return {name: values for name, values in all_terms.items() if values}

    def days(self) -> tuple[str, str]:
        """Return the first and the last day that fit, as text to compare ISO days with; "" for no limit.

        A first day is there whenever there is a last one, so that what has no date ("") never fits.
        """
        return self.date_from or ("0" if self.date_to else ""), self.date_to


@dataclass(frozen=True)
class Request:
    """A search, ready for an engine. No units: everything."""

    units: tuple[Unit, ...]
    scope: Scope
    filters: Filters = field(default_factory=Filters)
    offset: int = 0
    size: int = 20
    order: Order = Order.RELEVANCE


@dataclass(frozen=True)
class Found:
    """One hit of an engine.

    Attributes:
        document: what was indexed; its text may be left out.
        title: the title, hits between `MARK_OPEN` and `MARK_CLOSE`, not yet escaped.
        snippet: pieces of the text in the same form, "" when only other fields matched.
    """

    document: IndexDocument
    score: float
    title: str
    snippet: str


@dataclass(frozen=True)
class Hits:
    """What an engine found.

    Attributes:
        total: all hits the viewer may see, exact.
        facets: field -> value -> number of hits, most frequent first.
    """

    total: int
    found: tuple[Found, ...]
    facets: Mapping[str, Mapping[str, int]]
