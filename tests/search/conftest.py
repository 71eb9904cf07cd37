"""Engines for the tests of `search`."""

from __future__ import annotations

from pathlib import Path

import pytest

from search.sqlite import SqliteEngine


@pytest.fixture
def sqlite_engine(tmp_path: Path) -> SqliteEngine:
    engine = SqliteEngine(tmp_path / "search.db")
    engine.ensure()
    return engine
