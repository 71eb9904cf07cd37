"""A time-stamping authority for the tests that need one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.stamping import stamp
from tests.archive.evidence_builders import a_sealed_case_file
from tests.archive.time_authority import Authority, certificate, serving
from tests.archive.vault_builders import NOW


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


@pytest.fixture
def kept(authority: Authority, tmp_path: Path) -> Authority:
    """Two case files in the vault and two sealed runs of events, the second stamped."""
    for code in ("01.2014.QD", "02.2014.QD"):
        a_sealed_case_file(code, tmp_path)
    authority.at = NOW
    stamp(now=NOW)
    return authority
