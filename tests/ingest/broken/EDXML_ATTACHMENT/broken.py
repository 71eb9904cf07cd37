"""An attachment that is not base64."""

from __future__ import annotations

import base64

from breaking import message
from breaking.letters import LETTER

from ingest.finding import Finding
from tests.samples.edxml import write_document
from tests.samples.road import Road

ENCODED = base64.b64encode(b"%PDF-1.4 one")


def found(road: Road) -> list[Finding]:
    return message(road, write_document(LETTER).replace(ENCODED, b"%%%%"))
