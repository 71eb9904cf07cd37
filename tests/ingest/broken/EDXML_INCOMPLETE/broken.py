"""A message without a number."""

from __future__ import annotations

from dataclasses import replace

from breaking import message
from breaking.letters import LETTER

from ingest.finding import Finding
from tests.samples.edxml import write_document
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return message(road, write_document(replace(LETTER, number="")))
