"""A supplement to nothing."""

from __future__ import annotations

from breaking import sip
from sip_builders import FILE

from ingest.finding import Finding
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return sip(road, file={n: v for n, v in FILE.items() if n != "FileCode"}, record_status="SUPPLEMENT")
