"""A time-stamping authority for the tests that need one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.archive.time_authority import Authority, certificate, serving


@pytest.fixture(scope="session")
def authority_server() -> Iterator[Authority]:
    """A real HTTP server, one for the run."""
    with serving() as authority:
        yield authority


@pytest.fixture
def authority(authority_server: Authority, house: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """The authority the house's settings name, and its root as the only one that is trusted."""
    authority_server.be_well()
    (house / "roots.pem").write_bytes(certificate())
    monkeypatch.setenv("TANGTHU_ARCHIVE__TSA_URL", authority_server.url)
    monkeypatch.setenv("TANGTHU_ARCHIVE__TSA_ROOTS", str(house / "roots.pem"))
    return authority_server
