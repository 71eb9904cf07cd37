"""A case file chosen from a message whose bytes are lost."""

from __future__ import annotations

import shutil

from breaking.offices import of, office

from ingest import quarantine
from ingest.finding import Finding
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    with office(road) as world:
        letter = world.letter()
        one = world.sent(letter)
        shutil.rmtree(quarantine.folder(one))
        return of(world.case_file([letter]))
