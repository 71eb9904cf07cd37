"""A bag that says another encoding."""

from __future__ import annotations

from breaking.bags import Bag, bag, sealed

from ingest.finding import Finding
from tests.samples.road import Road


def _other_encoding(bag: Bag) -> None:
    bag["bagit.txt"] = bag["bagit.txt"].replace(b"UTF-8", b"TCVN3")
    sealed(bag)


def found(road: Road) -> list[Finding]:
    return bag(road, _other_encoding)
