"""A document without a file (in a SIP its reader tells)."""

from __future__ import annotations

from check_builders import a_good_case

from ingest.finding import Finding
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return a_good_case().files().findings()
