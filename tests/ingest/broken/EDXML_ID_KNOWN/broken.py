"""Another content under a DocumentId that is known."""

from __future__ import annotations

from breaking.offices import of, office

from ingest.finding import Finding
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    with office(road) as world:
        world.sent(world.letter())
        return of(world.sent(world.letter(words="Nội dung khác hẳn của báo cáo")))
