"""A described document whose message never came."""

from __future__ import annotations

from breaking.waits import WANTED

from ingest.finding import Finding
from ingest.gathering.match import match
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return list(match([WANTED], []).findings)
