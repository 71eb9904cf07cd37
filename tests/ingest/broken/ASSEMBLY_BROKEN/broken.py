"""An assembly that cannot be read back."""

from __future__ import annotations

from breaking import room

from ingest.errors import UnreadableDeliveryError
from ingest.finding import Finding
from ingest.gathering.assembly import read
from tests.samples.road import Road


def found(road: Road) -> list[Finding]:
    raw = room(road) / "assembly.json"
    raw.write_bytes(b"{")
    try:
        read(raw)
    except UnreadableDeliveryError as error:
        return [Finding(error.code, error.place, {"reason": error.reason})]
    return []
