"""A case file that is not on the agency's list."""

from __future__ import annotations

from ingest.settings import IngestSettings
from tests.samples.road import ACase, Road, a_case


def _listed(road: Road) -> None:
    folder = IngestSettings.load().case_lists
    assert folder is not None
    (folder / "000.00.01.H01.csv").write_text("000.00.01.H01.2020.02TH\n", "utf-8")


def broken() -> ACase:
    return a_case("an-giang").after(_listed)
