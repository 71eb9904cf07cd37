"""An archive in an archive in an archive in an archive."""

from __future__ import annotations

from breaking import archive
from sip_builders import zip_bytes

from ingest.finding import Finding
from tests.samples.road import Road


def _nested(depth: int) -> bytes:
    inner = zip_bytes({"core.txt": b"x"})
    for _ in range(depth):
        inner = zip_bytes({"inner.zip": inner})
    return inner


def found(road: Road) -> list[Finding]:
    return archive(road, _nested(3))
