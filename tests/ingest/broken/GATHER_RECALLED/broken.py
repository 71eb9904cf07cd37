"""A document that its office asked back before it came."""

from __future__ import annotations

from breaking.offices import of, office

from ingest.finding import Finding
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    with office(road) as world:
        letter = world.letter()
        world.take_back(letter)
        return of(world.sent(letter))
