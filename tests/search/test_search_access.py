"""The filter of a search means what `Viewer.may_read` means, for every viewer and every case file."""

from __future__ import annotations

import itertools

import pytest

from archive.viewer import Access, Role, Viewer, system
from search.access import Scope, scope_of
from search.mapping import query
from search.request import Filters, Request
from search.sqlite import SqliteEngine

AGENCIES = ("A", "B")
CODES = (*(access.value for access in Access), "", "04", "public")


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("at", ["A", "*"])
def test_one_role_finds_exactly_what_it_may_read(role: Role, at: str) -> None:
    same(Viewer("x", {at: frozenset({role})}))


def test_two_roles_find_exactly_what_they_may_read() -> None:
    for one, other in itertools.product(Role, Role):
        same(Viewer("x", {"A": frozenset({one}), "B": frozenset({other})}))


def test_the_machine_itself_and_a_stranger() -> None:
    same(system("search"))
    same(Viewer("nobody"))
    assert scope_of(Viewer("nobody")).empty


def same(viewer: Viewer) -> None:
    scope = scope_of(viewer)
    for agency, access in itertools.product(AGENCIES, CODES):
        assert scope.allows(agency, access) == viewer.may_read(agency, access), (viewer.roles, agency, access)
    assert not any(scope.allows(agency, Access.SECRET) for agency in AGENCIES)


def test_an_empty_scope_asks_elasticsearch_for_nothing() -> None:
    clauses = query(Request((), Scope(), Filters()))["bool"]["filter"]
    assert {"match_none": {}} in clauses[0]["bool"]["should"]


def test_an_empty_scope_asks_sqlite_for_nothing(sqlite_engine: SqliteEngine) -> None:
    from search_contract import a_record

    sqlite_engine.index([a_record("r", "Phí")])
    assert sqlite_engine.search(Request((), Scope())).total == 0
    assert sqlite_engine.search(Request((), Scope(public=True))).total == 1
