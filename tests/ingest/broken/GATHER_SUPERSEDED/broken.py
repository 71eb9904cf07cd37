"""A case file whose document was replaced before it was accepted."""

from __future__ import annotations

from breaking.offices import of, office
from gathering_world import NOW, OFFICE

from archive.register.agencies import set_agency
from archive.register.session import transaction
from ingest.finding import Finding
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    with office(road) as world:
        with transaction() as session:
            set_agency(
                session,
                code=OFFICE,
                name=OFFICE,
                level1="G09",
                auto_accept=False,
                actor="system:test",
                now=NOW,
            )
        letter = world.letter()
        world.sent(letter)
        case = world.case_file([letter])
        world.sent(world.letter(words="Bản mới", bussiness=3, about=(letter.document_id,)))
        return of(case)
