"""Fixtures of the retention tests."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from retention_town import AGENCY, NOW, OTHER, Town

from archive.register.agencies import set_agency, set_fonds
from archive.register.session import transaction


@pytest.fixture
def town(house: Path) -> Town:
    with transaction() as session:
        for code in (AGENCY, OTHER):
            set_agency(session, code=code, name=f"Sở {code}", actor="admin", now=NOW)
            set_fonds(session, code=f"PHONG-{code}", agency_code=code, name="Phông", actor="admin", now=NOW)
    return Town(house)


@pytest.fixture
def in_child() -> Callable[[Callable[[], object]], int]:
    """Run something in a forked child and return its exit code; 0 when it came to its end."""

    def _run(work: Callable[[], object]) -> int:
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                work()
                code = 0
            finally:
                os._exit(code)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    return _run
