"""A payload file no manifest lists."""

from __future__ import annotations

from collections.abc import Callable

from breaking import opened, room
from sip_builders import TOP, members

from ingest.finding import Finding
from tests.samples.bag import bag_members, manifest, zip_of
from tests.samples.road import Road

ALSO = ("SIP_FILE_NOT_LISTED",)

Bag = dict[str, bytes]


def _bag(road: Road, change: Callable[[Bag], object], *algorithms: str) -> list[Finding]:
    folder = room(road)
    sip = {f"{TOP}/{name}": data for name, data in members(folder).items()}
    bag = bag_members(sip, info={"Source-Organization": "Sở Nội vụ"}, algorithms=algorithms or ("sha256",))
    change(bag)
    return opened(road, zip_of(bag, folder / "bag.zip"))


def _sealed(bag: Bag) -> Bag:
    """Make the tag manifest tell the truth again."""
    tags = {n: d for n, d in bag.items() if not n.startswith(("data/", "tagmanifest"))}
    bag["tagmanifest-sha256.txt"] = manifest("sha256", tags)
    return bag


def _added(bag: Bag) -> None:
    name = f"data/{TOP}/schemas/x.xsd"
    bag[name] = b"<xs/>"
    size = sum(len(d) for n, d in bag.items() if n.startswith("data/"))
    count = sum(n.startswith("data/") for n in bag)
    bag["bag-info.txt"] = f"Payload-Oxum: {size}.{count}\n".encode()
    _sealed(bag)


def found(road: Road) -> list[Finding]:
    return _bag(road, _added)
