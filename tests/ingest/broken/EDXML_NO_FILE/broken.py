"""A document message without an attachment."""

from __future__ import annotations

from breaking.offices import of, office

from ingest.finding import Finding
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    with office(road) as world:
        return of(world.sent(world.letter(attachments=())))
