"""An agency that is not in the register."""

from __future__ import annotations

from ingest.finding import Finding
from tests.samples.road import Road, a_case


def found(road: Road) -> list[Finding]:
    return list(road.steps(road.package(a_case()), "000.00.77.H99").findings)
