"""A sound, offered for conversion."""

from __future__ import annotations

import trap_builders as trap
from breaking.converters import tried

from ingest.finding import Finding
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return tried(road, "a.wav", trap.sound)
