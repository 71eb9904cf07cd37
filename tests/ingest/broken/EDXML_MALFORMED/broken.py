"""A message with a DOCTYPE."""

from __future__ import annotations

from breaking import message
from breaking.letters import LETTER

from ingest.finding import Finding
from tests.samples.edxml import write_document
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return message(road, b"<!DOCTYPE x>" + write_document(LETTER).partition(b"?>")[2].lstrip())
