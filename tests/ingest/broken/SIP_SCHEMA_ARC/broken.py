"""A schema that declares the AIP's name."""

from __future__ import annotations

from breaking import sip
from breaking.described import FILE, letter

from ingest.finding import Finding
from tests.samples.road import Road

SCHEMA = b'<s xmlns="http://www.w3.org/2001/XMLSchema"><element name="arcDocCode"/></s>'


def found(road: Road) -> list[Finding]:
    return sip(road, file=FILE, documents=(letter(1), letter(2)), schemas={"EAD_doc.xsd": SCHEMA})
