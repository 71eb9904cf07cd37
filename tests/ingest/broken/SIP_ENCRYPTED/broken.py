"""A member under a password."""

from __future__ import annotations

import trap_builders as trap
from breaking import archive, room

from ingest.finding import Finding
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return archive(road, trap.locked_zip(room(road) / "a.zip").read_bytes())
