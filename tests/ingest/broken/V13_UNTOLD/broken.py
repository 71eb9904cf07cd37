"""A file nobody looked into."""

from __future__ import annotations

from check_builders import File, a_good_case

from ingest.finding import Finding
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return a_good_case().files(File(looked_into=False)).findings()
