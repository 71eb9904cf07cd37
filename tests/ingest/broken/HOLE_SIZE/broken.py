"""A file of more bytes than said."""

from __future__ import annotations

from breaking.holes import hole

from ingest.finding import Finding
from tests.samples.road import Road

ALSO = ("SIP_HOLEY", "SIP_DOC_NO_FILE")


def found(road: Road) -> list[Finding]:
    return hole(road, "{url}/nop-luu/doc2.txt 5 {missing}")
