"""How Elasticsearch stores and compares our documents: analyzers, fields, and the query built of units.

The analyzers do what `search.vietnamese` does for the embedded engine; one contract test holds both. Text is
NFC before it comes here. `strip_marks` is for marks that have no composed letter. All pure: dicts out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from search.document import IndexDocument
from search.order import Order, code_order, title_key
from search.request import FACETS, Request
from search.vietnamese import MARK_CLOSE, MARK_OPEN, TONE_STYLE, Unit, code_key

VERSION = 2
"""Changes when the mapping changes; an index of another version must be rebuilt."""

_TONES = [
    f"{form(new)} => {form(old)}" for new, old in TONE_STYLE for form in (str, str.upper, str.capitalize)
]

ANALYSIS: dict[str, Any] = {
    "char_filter": {"vi_tone_style": {"type": "mapping", "mappings": _TONES}},
    "tokenizer": {
        # Not "standard": that keeps "qđ.ubnd" and "1.164" whole, and codes must fall apart everywhere alike.
        "vi_words": {"type": "char_group", "tokenize_on_chars": ["whitespace", "punctuation", "symbol"]}
    },
    "filter": {
        "strip_marks": {"type": "pattern_replace", "pattern": r"\p{M}+", "replacement": ""},
        "strip_zeros": {"type": "pattern_replace", "pattern": "^0+(?=[0-9])", "replacement": ""},
    },
    "analyzer": {
        "vi_exact": {
            "type": "custom",
            "char_filter": ["vi_tone_style"],
            "tokenizer": "vi_words",
            "filter": ["lowercase"],
        },
        "vi_folded": {
            "type": "custom",
            "tokenizer": "vi_words",
            "filter": ["lowercase", "strip_marks", "asciifolding", "strip_zeros"],
        },
    },
}

_KEYWORD = {"type": "keyword"}
_FOLDED = {"type": "text", "analyzer": "vi_folded"}
_EXACT = {"type": "text", "analyzer": "vi_exact"}
_WORDS = {**_EXACT, "fields": {"folded": _FOLDED}}
_CODE = {"type": "keyword", "fields": {"parts": _FOLDED}}
_TEXT = {
    "type": "text",
    "analyzer": "vi_exact",
    "index_options": "offsets",
    "fields": {"folded": {**_FOLDED, "index_options": "offsets"}},
}

MAPPINGS: dict[str, Any] = {
    "dynamic": "strict",
    "_meta": {"version": VERSION},
    "properties": {
        **dict.fromkeys(
            ("id", "kind", "case_file_id", "record_id", "agency", "fonds", "access", "regime"), _KEYWORD
        ),
        # ISO days sort and compare as text, and "" (unknown) is allowed, which a date field refuses.
        **dict.fromkeys(("date", "start", "end", "stored_at", "code_key"), _KEYWORD),
        # Not documents' own words: keys to sort by, which `search.order` makes. An empty oldest day sorts last.
        **dict.fromkeys(("title_key", "code_order", "oldest"), _KEYWORD),
        "ordinal": {"type": "integer"},
        "year": {"type": "integer"},
        "type": {"type": "keyword", "fields": {"exact": _EXACT, "folded": _FOLDED}},
        "code": _CODE,
        "aliases": _CODE,
        **dict.fromkeys(("agency_name", "title", "organ", "extra"), _WORDS),
        "text": _TEXT,
    },
}


def index_settings(replicas: int, max_text: int) -> dict[str, Any]:
    """Return the settings of a new index; one shard ranks the same whatever the number of documents."""
    return {
        "number_of_shards": 1,
        "number_of_replicas": replicas,
        "analysis": ANALYSIS,
        "highlight.max_analyzed_offset": max_text + 1,
        # Erasing must drop the words of every deleted document, not only where a tenth is deleted.
        "merge.policy.expunge_deletes_allowed": 0,
    }


_FIELDS = (("title", 3), ("text", 1), ("organ", 1), ("agency_name", 1), ("type", 1), ("extra", 1))
FOLDED = [f"{name}.folded^{boost}" for name, boost in _FIELDS]
SHARP = [f"{'type.exact' if name == 'type' else name}^{boost}" for name, boost in _FIELDS]


def _multi(fields: list[str], query: str, **options: Any) -> dict[str, Any]:
    return {"multi_match": {"query": query, "fields": fields, **options}}


def _const(query: dict[str, Any], boost: float) -> dict[str, Any]:
    # Constant scores: with plain boosts a short document citing a code beats the document that bears it.
    return {"constant_score": {"filter": query, "boost": boost}}


def _must(asked: Sequence[Unit]) -> list[dict[str, Any]]:
    clauses = []
    loose = " ".join(unit.text for unit in asked if unit.kind == "word")
    if loose:
        fields = [*FOLDED, "code.parts", "aliases.parts"]
        clauses.append(_multi(fields, loose, type="cross_fields", operator="and"))
    for unit in asked:
        if unit.kind == "phrase":
            clauses.append(_multi([*FOLDED, "code.parts", "aliases.parts"], unit.text, type="phrase"))
        elif unit.kind == "code":
            own = [
                {"match_phrase_prefix": {field: {"query": unit.text, "max_expansions": 1000}}}
                for field in ("code.parts", "aliases.parts")
            ]
            clauses.append({"bool": {"should": [_multi(FOLDED, unit.text, type="phrase"), *own]}})
    return clauses


def _should(asked: Sequence[Unit]) -> list[dict[str, Any]]:
    clauses: list[dict[str, Any]] = []
    everything = " ".join(unit.text for unit in asked)
    accented = " ".join(unit.text for unit in asked if unit.has_accents)
    if accented:
        clauses.append(_const(_multi(SHARP, accented, type="cross_fields", operator="and"), 60))
        clauses.append(_multi(["title^3", "text"], everything, type="phrase", boost=4))
    if sum(len(unit.parts) for unit in asked) > 1:
        clauses.append(_multi(["title.folded^3", "text.folded"], everything, type="phrase", boost=2))
    for unit in asked:
        if unit.kind == "code":
            key = code_key(unit.text)
            clauses += [
                _const({"term": {"code_key": key}}, 400),
                _const({"prefix": {"code_key": key}}, 200),
                _const({"match_phrase": {"code.parts": unit.text}}, 200),
                _const({"match_phrase": {"aliases.parts": unit.text}}, 100),
            ]
    return clauses


def _filter(request: Request) -> list[dict[str, Any]]:
    scope, narrowed = request.scope, request.filters
    allowed: list[dict[str, Any]] = []
    if scope.public:
        allowed.append({"term": {"access": "01"}})
    if scope.all_agencies:
        allowed.append({"term": {"access": "02"}})
    elif scope.agencies:
        own = [{"term": {"access": "02"}}, {"terms": {"agency": sorted(scope.agencies)}}]
        allowed.append({"bool": {"filter": own}})
    # No clause at all would mean "everything": fail closed.
    clauses = [{"bool": {"should": allowed or [{"match_none": {}}], "minimum_should_match": 1}}]
    clauses += [{"terms": {name: list(values)}} for name, values in narrowed.terms().items()]
    between = {word: day for word, day in zip(("gte", "lte"), narrowed.days(), strict=True) if day}
    if between:
        clauses.append({"range": {"date": between}})
    return clauses


def query(request: Request) -> dict[str, Any]:
    """Return the query for a request; without units everything the scope and the filters allow."""
    filters = _filter(request)
    if not request.units:
        return {"bool": {"filter": filters}}
    return {"bool": {"filter": filters, "must": _must(request.units), "should": _should(request.units)}}


def made_of(doc: IndexDocument) -> dict[str, str]:
    """Return what is stored beside a document's own values: the keys it is compared and sorted by."""
    return {
        "code_key": code_key(doc.code),
        "title_key": title_key(doc.title),
        "code_order": code_order(doc.code),
        "oldest": doc.date or "~",
    }


_ORDERS: dict[Order, list[dict[str, str]]] = {
    Order.NEWEST: [{"date": "desc"}],
    Order.OLDEST: [{"oldest": "asc"}],
    Order.TITLE: [{"title_key": "asc"}],
    Order.CODE: [{"code_order": "asc"}],
}


def sort(request: Request) -> list[dict[str, str]]:
    """Return the order of the hits; see `search.order.Order`."""
    if request.order in _ORDERS:
        return [*_ORDERS[request.order], {"id": "asc"}]
    if request.units:
        return [{"_score": "desc"}, {"date": "desc"}, {"id": "asc"}]
    return [{"stored_at": "desc"}, {"date": "desc"}, {"id": "asc"}]


def aggregations() -> dict[str, Any]:
    """Return the facets."""
    return {name: {"terms": {"field": name, "size": 100}} for name in FACETS}


def highlight(asked: Sequence[Unit]) -> dict[str, Any]:
    """Return how to mark hits; codes and phrases as a whole, so that a lone "2020" is not marked."""

    def found_in(field: str) -> dict[str, Any]:
        should = [
            {("match" if unit.kind == "word" else "match_phrase"): {field: unit.text}} for unit in asked
        ]
        return {"bool": {"should": should}}

    def field(name: str, fragments: int) -> dict[str, Any]:
        return {
            "number_of_fragments": fragments,
            "fragment_size": 180,
            "matched_fields": [name, f"{name}.folded"],
            "highlight_query": found_in(f"{name}.folded"),
            "order": "score" if fragments else "none",
        }

    return {
        "type": "unified",
        "pre_tags": [MARK_OPEN],
        "post_tags": [MARK_CLOSE],
        "fields": {"title": field("title", 0), "text": field("text", 3)},
    }
