"""A case file to be assembled with a field no table has."""

from __future__ import annotations

from archive.register.models import Agency
from archive.register.session import reading
from ingest.finding import Finding
from ingest.gathering.assembly import problems
from tests.samples.road import NOW, Road, a_case


def found(road: Road) -> list[Finding]:
    case = a_case()
    road.know(case.where)
    with reading() as session:
        agency = session.get_one(Agency, case.where.code)
        return problems({**case.fields, "Colour": "xanh"}, agency=agency, now=NOW)
