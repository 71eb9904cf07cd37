"""A manifest our own disk lost after the bag was unpacked."""

from __future__ import annotations

from breaking import room
from sip_builders import TOP, members

from ingest.finding import Finding
from ingest.gateway.limits import Limits
from ingest.readers import bag, sip_hoso
from ingest.readers.interface import Context
from ingest.readers.opening import opened
from tests.samples.bag import bag_members, zip_of
from tests.samples.road import Road

ALSO = ("BAG_MANIFEST",)


def _lost(road: Road) -> list[Finding]:
    folder = room(road)
    sip = {f"{TOP}/{name}": data for name, data in members(folder).items()}
    content = bag_members(sip, algorithms=("sha256", "md5"))
    kept = {name: data for name, data in content.items() if not name.startswith("tagmanifest")}
    unpacked = opened(zip_of(kept, folder / "bag.zip"), folder / "in", Limits())
    unpacked.members["manifest-md5.txt"].path.unlink()
    return list(bag.reader(sip_hoso.READER.read).read(unpacked, Context(Limits())).findings)


def found(road: Road) -> list[Finding]:
    return _lost(road)
