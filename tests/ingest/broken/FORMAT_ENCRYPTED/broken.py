"""A PDF under a password, offered for conversion."""

from __future__ import annotations

import pdf_builders as make
from breaking.converters import tried

from ingest.finding import Finding
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return tried(road, "a.pdf", make.encrypted)
