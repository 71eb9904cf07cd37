"""A request as SQL for the embedded engine: the FTS5 expression, the condition with its values, the order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from search.order import Order
from search.request import Request
from search.vietnamese import Unit

ORDERS: dict[Order, str] = {
    Order.RELEVANCE: "d.stored_at DESC, d.date DESC, d.id",
    Order.NEWEST: "d.date DESC, d.id",
    Order.OLDEST: "d.date = '', d.date, d.id",
    Order.TITLE: "d.title_key, d.id",
    Order.CODE: "d.code_order, d.id",
}
"""Order -> ORDER BY. Relevance stands for what was stored last: hits with words are ranked, not sorted."""


def match(asked: Sequence[Unit]) -> str:
    """Return the FTS5 expression: every unit somewhere. Parts hold letters and digits only, all quoted."""
    terms = []
    for unit in asked:
        together = '"' + " ".join(unit.folded) + '"'
        # Only in a document's own codes the last part may be unfinished.
        terms.append(f"({{code alias}} : {together} * OR {together})" if unit.kind == "code" else together)
    return " AND ".join(terms)


def where(request: Request) -> tuple[str, list[Any]]:
    """Return the condition and its values; the first value is the match when there are units."""
    conditions: list[str] = []
    values: list[Any] = []
    if request.units:
        conditions.append("words MATCH ?")
        values.append(match(request.units))
    scope = request.scope
    allowed = ["0"]
    if scope.public:
        allowed.append("d.access = '01'")
    if scope.all_agencies:
        allowed.append("d.access = '02'")
    elif scope.agencies:
        marks = ",".join("?" * len(scope.agencies))
        allowed.append(f"(d.access = '02' AND d.agency IN ({marks}))")
        values.extend(sorted(scope.agencies))
    conditions.append(f"({' OR '.join(allowed)})")
    for name, choices in request.filters.terms().items():
        conditions.append(f"d.{name} IN ({','.join('?' * len(choices))})")
        values.extend(choices)
    for operator, day in zip((">=", "<="), request.filters.days(), strict=True):
        if day:
            conditions.append(f"d.date {operator} ?")
            values.append(day)
    return " AND ".join(conditions), values
