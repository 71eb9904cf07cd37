"""An oxum that does not fit."""

from __future__ import annotations

from breaking.bags import bag, sealed

from ingest.finding import Finding
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return bag(road, lambda bag: (bag.update({"bag-info.txt": b"Payload-Oxum: 1.1\n"}), sealed(bag)))
