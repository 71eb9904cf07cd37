"""A recall of a document that never came."""

from __future__ import annotations

from breaking.offices import of, office

from ingest.finding import Finding
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    with office(road) as world:
        return of(world.take_back(world.letter()))
