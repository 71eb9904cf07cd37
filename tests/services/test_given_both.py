"""A list of texts as one value of a statement, on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.register.among import among
from archive.register.given import as_days, columns_of
from archive.register.models import Agency
from archive.register.session import reading, transaction

pytestmark = pytest.mark.service
ODD = ['Sở "Nội vụ"', "it's", "{a,b}", "\\", "NULL", "", "ủy ban\n2"]


def test_one_value_names_many_rows_whatever_is_in_them(both: Path) -> None:
    with transaction() as session:
        for code in ODD:
            session.add(Agency(code=code, name="x"))
    asked = [*ODD, *(f"nobody {n}" for n in range(70_000))]  # more than either database takes as values
    with reading() as session:
        assert set(session.scalars(select(Agency.code).where(among(Agency.code, asked)))) == set(ODD)
        assert session.scalars(select(Agency.code).where(among(Agency.code, []))).all() == []


def test_columns_keep_their_rows_together_and_in_order(both: Path) -> None:
    with reading() as session:
        rows = session.execute(select(*columns_of(session, ODD, ODD[::-1]))).all()
    assert [tuple(row) for row in rows] == list(zip(ODD, ODD[::-1], strict=True))


def test_days_are_days_and_nothing_is_none(both: Path) -> None:
    with reading() as session:
        (days,) = columns_of(session, ["2026-03-02", "", "0999-12-31"])
        found = session.scalars(select(as_days(session, days))).all()
    assert found == [date(2026, 3, 2), None, date(999, 12, 31)]
