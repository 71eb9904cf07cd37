"""A bag that says another encoding."""

from __future__ import annotations

from collections.abc import Callable

from breaking import opened, room
from sip_builders import TOP, members

from ingest.finding import Finding
from tests.samples.bag import bag_members, manifest, zip_of
from tests.samples.road import Road

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


def _other_encoding(bag: Bag) -> None:
    bag["bagit.txt"] = bag["bagit.txt"].replace(b"UTF-8", b"TCVN3")
    _sealed(bag)


def found(road: Road) -> list[Finding]:
    return _bag(road, _other_encoding)
