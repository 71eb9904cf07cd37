"""A BagIt bag, broken and sealed again, for `broken/BAG_*/broken.py`."""

from __future__ import annotations

from collections.abc import Callable

from sip_builders import TOP, members

from breaking import opened, room
from ingest.finding import Finding
from tests.samples.bag import bag_members, manifest, zip_of
from tests.samples.road import Road

Bag = dict[str, bytes]


def bag(road: Road, change: Callable[[Bag], object], *algorithms: str) -> list[Finding]:
    """Return what is found in a good bag after the change."""
    folder = room(road)
    sip = {f"{TOP}/{name}": data for name, data in members(folder).items()}
    content = bag_members(
        sip, info={"Source-Organization": "Sở Nội vụ"}, algorithms=algorithms or ("sha256",)
    )
    change(content)
    return opened(road, zip_of(content, folder / "bag.zip"))


def sealed(bag: Bag) -> Bag:
    """Make the tag manifest tell the truth again."""
    tags = {n: d for n, d in bag.items() if not n.startswith(("data/", "tagmanifest"))}
    bag["tagmanifest-sha256.txt"] = manifest("sha256", tags)
    return bag
