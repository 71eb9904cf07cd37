"""A message of more bytes than are taken."""

from __future__ import annotations

from breaking import message
from breaking.letters import LETTER

from ingest.finding import Finding
from ingest.gateway.limits import Limits
from tests.samples.edxml import write_document
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return message(road, write_document(LETTER), Limits(message_bytes=100))
