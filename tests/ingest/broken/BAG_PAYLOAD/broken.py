"""A bag without payload."""

from __future__ import annotations

from breaking import opened, room

from ingest.finding import Finding
from tests.samples.bag import bag_members, zip_of
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return opened(road, zip_of(bag_members({}), room(road) / "bag.zip"))
