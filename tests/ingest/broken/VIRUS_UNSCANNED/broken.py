"""An archive under a password, which no scanner can look into."""

from __future__ import annotations

import trap_builders as trap

from ingest.finding import Finding
from ingest.steps.scan import scan
from ingest.steps.unpack import unpack
from tests.samples.road import Road, a_case, from_, signed

SERVICE = True


def _scanned(road: Road) -> list[Finding]:
    case = a_case().files(("a.pdf", signed()), ("b.bin", from_(trap.locked_zip)))
    road.know(case.where)
    return list(road.steps(road.package(case), case.where.code, steps=(unpack, scan)).findings)


def found(road: Road) -> list[Finding]:
    return _scanned(road)
