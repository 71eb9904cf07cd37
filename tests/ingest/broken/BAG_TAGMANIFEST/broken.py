"""A tag manifest that lists what is not there."""

from __future__ import annotations

from breaking.bags import Bag, bag

from ingest.finding import Finding
from tests.samples.road import Road


def _one_more(bag: Bag) -> None:
    bag["tagmanifest-sha256.txt"] += b"0" * 64 + b"  metadata.txt\n"


def found(road: Road) -> list[Finding]:
    return bag(road, _one_more)
