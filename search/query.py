"""Search as people do it: words in, hits out that they may see, with the found words marked."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass

from archive.viewer import Viewer
from search.access import scope_of
from search.choice import open_engine
from search.engine import Engine
from search.order import Order
from search.request import DEEPEST, Filters, Found, Request
from search.vietnamese import MARK_CLOSE, MARK_OPEN, units

__all__ = ["Filters", "Hit", "Order", "Results", "escape_marked", "search"]

MAX_SIZE = 100


@dataclass(frozen=True)
class Hit:
    """One thing found.

    Attributes:
        kind: "record" or "case-file".
        record_id: "" when the case file itself was found.
        title_html: the title, escaped, hits in <mark>; safe to put into a page.
        snippet_html: pieces of the text in the same form; "" when the words are in other fields.
        date: ISO day of issue, or the day the case file's work ended.
    """

    kind: str
    case_file_id: str
    record_id: str
    code: str
    title: str
    title_html: str
    snippet_html: str
    agency: str
    agency_name: str
    year: int
    type: str
    access: str
    regime: str
    organ: str
    date: str
    score: float


@dataclass(frozen=True)
class Results:
    """A page of hits.

    Attributes:
        total: all hits this viewer may see.
        facets: agency, year, type, access, regime, kind -> value -> number of hits.
        took_ms: time the engine and we needed.
        engine: "sqlite", "elasticsearch", or "" when nobody had to be asked.
    """

    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, Mapping[str, int]]
    page: int
    size: int
    took_ms: int
    engine: str

    @property
    def pages(self) -> int:
        """Return the number of pages that can be asked for."""
        return -(-min(self.total, DEEPEST) // self.size)


def search(
    text: str,
    *,
    viewer: Viewer,
    filters: Filters | None = None,
    page: int = 1,
    size: int = 20,
    order: Order = Order.RELEVANCE,
    engine: Engine | None = None,
) -> Results:
    """Return what matches the text and may be read by the viewer.

    Words are found with or without accents, those typed with accents first as typed; codes such as
    `31/2020/qd-ubnd` find their own document first; "..." is a phrase; no text lists the newest.

    Args:
        page: from 1. Nothing is returned behind the 10,000th hit.
        size: hits on a page, 1 to 100.
        order: of the hits; another than relevance ranks nothing.
        engine: another than the configured one.

    Raises:
        TemporaryError: the engine does not answer.
    """
    began = time.perf_counter()
    size = min(max(size, 1), MAX_SIZE)
    page = max(page, 1)
    scope = scope_of(viewer)
    offset = (page - 1) * size
    asked = units(text)
    # Text without a single word ("???") asks for something that is nowhere; only no text means everything.
    nothing = scope.empty or offset + size > DEEPEST or (bool(text.strip()) and not asked)
    if nothing:
        return Results(0, (), {}, page, size, 0, "")
    engine = engine or open_engine()
    hits = engine.search(Request(asked, scope, filters or Filters(), offset, size, order))
    seen = tuple(_hit(found) for found in hits.found if _may_see(viewer, found))
    took = int((time.perf_counter() - began) * 1000)
    return Results(hits.total, seen, hits.facets, page, size, took, engine.name)


def _may_see(viewer: Viewer, found: Found) -> bool:
    return viewer.may_read(found.document.agency, found.document.access)


def _hit(found: Found) -> Hit:
    doc = found.document
    return Hit(
        kind=doc.kind,
        case_file_id=doc.case_file_id,
        record_id=doc.record_id,
        code=doc.code,
        title=doc.title,
        title_html=escape_marked(found.title),
        snippet_html=escape_marked(found.snippet),
        agency=doc.agency,
        agency_name=doc.agency_name,
        year=doc.year,
        type=doc.type,
        access=doc.access,
        regime=doc.regime,
        organ=doc.organ,
        date=doc.date,
        score=round(found.score, 3),
    )


_APART = re.compile(f"{MARK_CLOSE}(\\s*){MARK_OPEN}")


def escape_marked(text: str) -> str:
    """Return marked text as HTML: everything escaped, then the marks as <mark>, neighbours joined."""
    safe = html.escape(_APART.sub(r"\1", text))
    return safe.replace(MARK_OPEN, "<mark>").replace(MARK_CLOSE, "</mark>")
