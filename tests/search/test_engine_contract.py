"""The embedded engine does what both engines must do."""

from __future__ import annotations

import pytest
from search_contract import CASES, Case

from search.sqlite import SqliteEngine


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_sqlite(case: Case, sqlite_engine: SqliteEngine) -> None:
    case(sqlite_engine)
