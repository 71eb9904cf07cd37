"""Broken deliveries whose rule only an outside part can raise: the virus scanner, the converters."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.checks.catalogue import explain, rules
from tests.samples.pki import Pki
from tests.samples.road import Road
from tests.services.test_virus import CLAMD, RunningClamd, clamd  # noqa: F401  (the fixture)

INGEST = Path(__file__).parents[1] / "ingest"
pytestmark = [
    pytest.mark.service,
    pytest.mark.skipif(CLAMD is None, reason="clamd is not installed (Debian package clamav-daemon)"),
]
CODES = [
    code
    for code in sorted(rules())
    if "\nSERVICE = True\n" in (INGEST / "broken" / code / "broken.py").read_text("utf-8")
]


@pytest.fixture
def road(
    house: Path,
    clamd: RunningClamd,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Road]:
    monkeypatch.syspath_prepend(str(INGEST))
    monkeypatch.setenv("TANGTHU_INGEST__CLAMD_SOCKET", str(clamd.address))
    yield Road(tmp_path / "road", Pki(tmp_path / "pki", tmp_path / "trust"))


@pytest.mark.parametrize("code", CODES)
def test_a_delivery_broken_in_one_way_gets_that_finding_alone(road: Road, code: str) -> None:
    from tests.ingest.test_broken import load

    found = load(code).found(road)
    assert {one.code for one in found} == {code}, found
    for finding in found:
        assert explain(finding, "vi").remedy and explain(finding, "en").text


def test_the_scanner_and_the_converters_have_their_rules_here() -> None:
    assert set(CODES) == {"VIRUS", "VIRUS_RELEASED", "VIRUS_UNSCANNED", "PDFA_FAILED"}
