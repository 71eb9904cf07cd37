"""A PDF of no bytes, offered for conversion."""

from __future__ import annotations

from breaking.converters import tried

from ingest.finding import Finding
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return tried(road, "a.pdf", lambda path: path.write_bytes(b""))
