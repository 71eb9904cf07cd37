"""A message of another namespace."""

from __future__ import annotations

from breaking import message
from breaking.letters import LETTER

from ingest.finding import Finding
from tests.samples.edxml import write_document
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return message(road, write_document(LETTER).replace(b"QCVN_102_2016", b"QCVN_102_1999"))
