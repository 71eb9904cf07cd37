"""A file without a hash in the METS."""

from __future__ import annotations

from breaking import edit, sip
from breaking.hashes import REP_METS, true_hash

from ingest.finding import Finding
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    return sip(road, edit(REP_METS, b'CHECKSUM="', b'X="'), true_hash)
