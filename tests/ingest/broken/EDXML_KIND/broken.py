"""A document that calls itself a status."""

from __future__ import annotations

from breaking.offices import of, office

from ingest.finding import Finding
from tests.samples.edxml import write_document
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    with office(road) as world:
        return of(world.send(write_document(world.letter()), "status"))
