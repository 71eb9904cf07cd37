"""An index that an older program made is filled anew when the house starts; one that fits is left alone."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from register_rows import Texts, a_case_file, an_agency
from search_contract import found

from archive.register.session import transaction
from search import sqlite
from search.choice import open_engine
from search.errors import OutdatedIndexError
from search.index import renew
from search.sqlite import SqliteEngine


def test_an_outdated_index_is_filled_anew(house: Path) -> None:
    with transaction() as session:
        an_agency(session)
        a_case_file(session, "a", Texts())
    engine = open_engine()
    assert isinstance(engine, SqliteEngine)
    engine.path.parent.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(engine.path) as connection:
        connection.execute("CREATE TABLE document (rowid INTEGER PRIMARY KEY, id TEXT)")
        connection.execute(f"PRAGMA user_version={sqlite.VERSION - 1}")
    connection.close()
    with pytest.raises(OutdatedIndexError, match="index rebuild"):
        engine.count()
    renewed = renew()
    assert renewed is not None
    assert renewed.documents == 3
    assert sorted(found(engine, "ho so")) == ["a"]
    assert renew() is None
