"""The tag files of a BagIt 1.0 bag (RFC 8493)."""

from __future__ import annotations

from collections.abc import Iterable

from archive.packages.container import Member
from archive.packages.facts import PackageFacts
from archive.packages.names import bag_line_name
from archive.vietnam import day_of

BAGIT_TXT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFEST = "manifest-sha256.txt"
TAG_MANIFEST = "tagmanifest-sha256.txt"


def bag_info(facts: PackageFacts, *, octets: int, streams: int, software: str) -> bytes:
    """Return bag-info.txt (RFC 8493 section 2.2.2); values are put on one line each."""
    lines = (
        ("Source-Organization", f"{facts.agency_name} ({facts.agency_code})"),
        ("External-Identifier", facts.objid),
        ("External-Description", f"{facts.code}: {facts.title}"),
        ("Internal-Sender-Identifier", facts.name),
        ("Bag-Group-Identifier", facts.fonds_code),
        ("Bagging-Date", day_of(facts.made_at).isoformat()),
        ("Payload-Oxum", f"{octets}.{streams}"),
        ("Bag-Software-Agent", software),
    )
    return "".join(f"{label}: {' '.join(value.split())}\n" for label, value in lines).encode()


def tag_manifest(tags: Iterable[Member]) -> bytes:
    """Return tagmanifest-sha256.txt."""
    return "".join(f"{tag.sha256}  {bag_line_name(tag.path)}\n" for tag in tags).encode()
