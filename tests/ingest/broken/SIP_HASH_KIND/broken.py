"""A file with an MD5 in the METS."""

from __future__ import annotations

from breaking import edit, sip
from breaking.hashes import REP_METS, true_hash

from ingest.finding import Finding
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return sip(road, edit(REP_METS, b"SHA-256", b"MD5"), true_hash)
