"""Fixtures every test may use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from zope.i18n.compile import compile_mo_file

from tests.nothing_skipped import pytest_make_collect_report, pytest_runtest_makereport  # noqa: F401 (hooks)
from tests.work_shares import Shares

# A machine that does much else is slow at times: that is no fault of the example it was at.
settings.register_profile("house", deadline=None)
settings.load_profile("house")
settings.register_profile("nightly", derandomize=False, print_blob=True)  # `tests/README.md` says what for
LOCALES = Path(__file__).parents[1] / "portal" / "locales"


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty archive in a folder of its own: settings point there, the register's tables exist."""
    for name in [name for name in os.environ if name.startswith("TANGTHU_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TANGTHU_CONFIG", str(tmp_path / "tangthu.toml"))
    monkeypatch.setenv("TANGTHU_ARCHIVE__DATA", str(tmp_path / "archive"))
    from archive.ledger import rows  # noqa: F401  (tables register themselves)
    from archive.register import (  # noqa: F401
        agreements,
        attempts,
        backups,
        decisions,
        disposal,
        media,
        messages,
        models,
        notices,
        preservation,
        questions,
        rolls,
        scans,
        schedules,
        second_factor,
        session,
    )
    from archive.register.base import Base

    (tmp_path / "archive").mkdir()
    engine = session.engine()
    Base.metadata.create_all(engine)
    yield tmp_path
    engine.dispose()
    session._engine.cache_clear()


def pytest_configure(config: pytest.Config) -> None:
    """Compile the portal's words before several processes want to do it at once, into the same file."""
    if not hasattr(config, "workerinput"):
        for messages in LOCALES.glob("*/LC_MESSAGES"):
            compile_mo_file("tangthu", str(messages))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Shares:
    """Let several processes share the work (`pytest -n 2`)."""
    config.option.loadscopereorder = False
    return Shares(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run the fast tests first; or last when several processes share the work, for whoever is done early."""
    slow = ["service", "plone", "e2e", "browser"]
    fast = len(slow) + 1 if hasattr(config, "workerinput") else 0
    items.sort(
        key=lambda item: max(
            (slow.index(mark.name) + 1 for mark in item.iter_markers() if mark.name in slow), default=fast
        )
    )
