"""A list of texts as one value of a statement, however long it is; for statements about very many rows.

A thousand values in one IN (...) are a thousand parameters: the statement is then written, parsed and planned anew
each time, which costs more than what it finds. As JSON they are one, and so stays the statement.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import JSON, ColumnElement, Date, String, any_, cast, func, literal, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session


def among(session: Session, column: InstrumentedAttribute[str], values: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that a column has one of these values."""
    told = literal(json.dumps(list(values)), String)
    if _postgresql(session):
        each = func.json_array_elements_text(cast(told, JSON)).table_valued("value").render_derived()
        # As an array each is looked up by index; with IN (SELECT) it may read the whole table instead.
        return column == any_(func.array(select(each.c.value).scalar_subquery()))
    each = func.json_each(told).table_valued("value")
    return column.in_(select(each.c.value))


def columns_of(session: Session, *columns: Sequence[str]) -> list[ColumnElement[Any]]:
    """Return columns of the same length as such of a SELECT, their rows in their order."""
    told = literal(json.dumps(list(zip(*columns, strict=True))), String)
    places = range(len(columns))
    if _postgresql(session):
        each = func.json_array_elements(cast(told, JSON)).table_valued("value").render_derived()
        return [func.json_extract_path_text(each.c.value, str(n)).label(f"c{n}") for n in places]
    each = func.json_each(told).table_valued("value")
    return [func.json_extract(each.c.value, f"$[{n}]").label(f"c{n}") for n in places]


def as_days(session: Session, column: ColumnElement[Any]) -> ColumnElement[date | None]:
    """Return a column of days in ISO form as days, NULL where there is ""."""
    told = func.nullif(column, "")
    # To SQLite a day is its ISO form; a CAST would leave the year.
    return cast(told, Date) if _postgresql(session) else type_coerce(told, Date)


def _postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"
