"""One parameter for many values, and a statement that is made once."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import delete, event, or_, select
from sqlalchemy.dialects import postgresql

from archive.register.among import among
from archive.register.models import Agency
from archive.register.session import engine, transaction


def test_it_finds_what_in_finds_however_many_values_there_are(house: Path) -> None:
    odd = ("a'b", 'c"d', "đ\\e", "[1]", "")
    with transaction() as session:
        session.add_all(Agency(code=code, name=code or "không") for code in (*odd, "x", "y"))
    with transaction() as session:
        found = select(Agency.code).order_by(Agency.code)
        assert set(session.scalars(found.where(among(Agency.code, odd)))) == set(odd)
        assert list(session.scalars(found.where(among(Agency.code, ())))) == []
        many = {*(str(n) for n in range(100_000)), "y"}
        assert list(session.scalars(found.where(or_(among(Agency.code, many), Agency.code == "x")))) == [
            "x",
            "y",
        ]
        session.execute(delete(Agency).where(among(Agency.code, ("y", "z"))))
        assert set(session.scalars(found)) == {*odd, "x"}


def test_the_statement_is_one_for_any_number_of_values(house: Path) -> None:
    seen: set[str] = set()
    event.listen(engine(), "before_cursor_execute", lambda c, k, statement, *rest: seen.add(statement))
    with transaction() as session:
        for values in (("a",), ("a", "b", "c"), ()):
            list(session.scalars(select(Agency.code).where(among(Agency.code, values))))
    assert len([one for one in seen if "agency" in one]) == 1


def test_on_postgresql_it_is_an_array() -> None:
    text = str(
        select(Agency.code).where(among(Agency.code, ("a", "b"))).compile(dialect=postgresql.dialect())
    )
    assert "agency.code = ANY (" in text
