"""A tag file changed after the bag was made."""

from __future__ import annotations

from breaking.bags import bag

from ingest.finding import Finding
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return bag(road, lambda bag: bag.update({"bag-info.txt": bag["bag-info.txt"] + b"Contact-Name: A\n"}))
