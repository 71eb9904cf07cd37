"""More bytes than are taken."""

from __future__ import annotations

import random

from breaking import archive, entries

from ingest.finding import Finding
from ingest.gateway.limits import Limits
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return archive(road, entries(("a", random.Random(31).randbytes(5000))), Limits(package_bytes=4000))
