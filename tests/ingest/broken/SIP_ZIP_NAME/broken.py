"""A ZIP named by another GUID."""

from __future__ import annotations

from breaking import sip

from ingest.finding import Finding
from ingest.gateway.limits import Limits
from ingest.readers.interface import Context
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return sip(road, context=Context(Limits(), file_name="b6acafed-a809-4b78-ae9f-0373d50d52f0.zip"))
