"""Columns of texts as one value of a statement, however long they are; for statements that write very many rows.

A thousand values are a thousand parameters: the statement is then written, parsed and planned anew each time, which
costs more than what it does. As JSON they are one, and so stays the statement. Whether a column has one of many
values asks `archive.register.among`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import JSON, ColumnElement, Date, String, cast, func, literal, type_coerce
from sqlalchemy.orm import Session


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
