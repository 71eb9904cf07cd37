"""Two messages that fit one document."""

from __future__ import annotations

from dataclasses import replace

from breaking.waits import LETTER, WANTED

from ingest.finding import Finding
from ingest.gathering.match import match
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return list(match([WANTED], [LETTER, replace(LETTER, submission_id="s2", document_id="id-2")]).findings)
