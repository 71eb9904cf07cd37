"""More members than are taken."""

from __future__ import annotations

from breaking import archive, entries

from ingest.finding import Finding
from ingest.gateway.limits import Limits
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return archive(road, entries(*((f"{n}.txt", b"") for n in range(51))), Limits(files=50))
