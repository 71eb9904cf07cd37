"""Fixtures every test may use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty archive in a folder of its own: settings point there, the register's tables exist."""
    for name in [name for name in os.environ if name.startswith("TANGTHU_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TANGTHU_CONFIG", str(tmp_path / "tangthu.toml"))
    monkeypatch.setenv("TANGTHU_ARCHIVE__DATA", str(tmp_path / "archive"))
    from archive.ledger import rows  # noqa: F401  (tables register themselves)
    from archive.register import agreements, attempts, decisions, messages, models, questions, session  # noqa: F401
    from archive.register.base import Base

    (tmp_path / "archive").mkdir()
    engine = session.engine()
    Base.metadata.create_all(engine)
    yield tmp_path
    engine.dispose()
    session._engine.cache_clear()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the fast tests first, and the browser's last.

    Playwright keeps an event loop running in this thread until the session ends; pyHanko cannot start its own
    beside it.
    """
    slow = ["service", "plone", "e2e", "browser"]
    items.sort(
        key=lambda item: max(
            (slow.index(mark.name) + 1 for mark in item.iter_markers() if mark.name in slow), default=0
        )
    )
