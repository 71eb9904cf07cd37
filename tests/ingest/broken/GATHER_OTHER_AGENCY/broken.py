"""A message of another body."""

from __future__ import annotations

from dataclasses import replace

from breaking.waits import LETTER, WANTED

from ingest.finding import Finding
from ingest.gathering.match import match
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return list(match([replace(WANTED, organ_name="Sở Tài chính")], [LETTER]).findings)
