"""A mend package, for `broken/MEND_*/broken.py`."""

from __future__ import annotations

import zipfile

from breaking import room
from ingest.errors import UnreadableDeliveryError
from ingest.finding import Finding
from ingest.mending import package
from tests.samples.road import Road


def mended(road: Road, description: str, **files: bytes) -> list[Finding]:
    """Return what is found in a mend package of this description and these files."""
    folder = room(road)
    raw = folder / "mend.zip"
    with zipfile.ZipFile(raw, "w") as sink:
        sink.writestr(package.DESCRIPTION, description)
        for name, data in files.items():
            sink.writestr(f"files/{name}", data)
    try:
        return list(package.read(raw, folder).findings)
    except UnreadableDeliveryError as error:
        return [Finding(error.code, error.place, {"reason": error.reason})]
