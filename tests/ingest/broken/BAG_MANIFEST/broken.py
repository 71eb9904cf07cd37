"""A payload file no manifest lists."""

from __future__ import annotations

from breaking.bags import Bag, bag, sealed
from sip_builders import TOP

from ingest.finding import Finding
from tests.samples.road import Road

ALSO = ("SIP_FILE_NOT_LISTED",)


def _added(bag: Bag) -> None:
    name = f"data/{TOP}/schemas/x.xsd"
    bag[name] = b"<xs/>"
    size = sum(len(d) for n, d in bag.items() if n.startswith("data/"))
    count = sum(n.startswith("data/") for n in bag)
    bag["bag-info.txt"] = f"Payload-Oxum: {size}.{count}\n".encode()
    sealed(bag)


def found(road: Road) -> list[Finding]:
    return bag(road, _added)
