"""A file the METS lists and nobody sent."""

from __future__ import annotations

from breaking import edit, sip

from ingest.finding import Finding
from tests.samples.road import Road

MORE = (
    b'<file ID="F-X" MIMETYPE="text/plain" CHECKSUM="' + b"0" * 64 + b'" CHECKSUMTYPE="SHA-256">'
    b'<FLocat LOCTYPE="URL" xlink:type="simple" xlink:href="documentation/ghi-chu.txt"/></file>'
)


def found(road: Road) -> list[Finding]:
    return sip(road, edit("METS.xml", b"</fileGrp>", MORE + b"</fileGrp>"))
