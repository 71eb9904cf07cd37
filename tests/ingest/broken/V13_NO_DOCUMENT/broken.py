"""A case file without a document (a SIP without one is told by its reader)."""

from __future__ import annotations

from dataclasses import replace

from check_builders import a_good_case

from ingest.finding import Finding
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return replace(a_good_case(), documents=()).saying(TotalDoc="0", PageNumber="0").findings()
