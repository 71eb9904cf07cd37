"""A case file that is stored already."""

from __future__ import annotations

from archive.register.session import transaction
from tests.samples.road import PLACES, Road
from tests.samples.rows import stored_case_file


def stored(road: Road) -> None:
    """Keep a case file with the code of the base sample."""
    where = PLACES["base"]
    road.know(where)
    with transaction() as session:
        session.add(stored_case_file(f"{where.code}.2020.01.TH", where.code))
