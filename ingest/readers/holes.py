"""Fill the holes of a package: files it names but does not bring (TT 05/2025 `.fetch.txt`, RFC 8493 `fetch.txt`).

Threat model: a stranger writes the list, so a fetch is a request made in our name, from inside our network, to an
address of their choice. Therefore: only addresses the agency's agreement lists (`ingest.addresses`); only
files whose hash the package itself declares; never more bytes than there is room for. A file whose SHA-256 is wrong is
not kept; one with a hash of another kind is found by the check of the bag. What is not fetched is a finding.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from archive.reason import Reason, because
from ingest.errors import UnreadableDeliveryError
from ingest.finding import Finding
from ingest.gateway.member_names import fault_in, folded
from ingest.gateway.nested import Nested
from ingest.gateway.unzip import Unpacked
from ingest.readers.interface import Context, Hole, HoleError, Opened


@dataclass(frozen=True)
class Fill:
    """What became of the holes.

    Attributes:
        opened: the delivery with the files that came.
        sources: scheme and host of every address something came from, each once.
    """

    opened: Opened
    findings: tuple[Finding, ...]
    sources: tuple[str, ...]


def fill(opened: Opened, holes: Iterable[Hole], context: Context, *, hashed: Iterable[str]) -> Fill:
    """Fetch what is missing and may be fetched.

    Args:
        opened: the delivery with its holes.
        holes: in the order of the list; a file that is there already is left alone.
        context: limits, and who fetches.
        hashed: paths of which the package declares some hash that will be checked.

    Raises:
        TemporaryError: a file may come later.
    """
    hashed, nested = frozenset(hashed), Nested(context.limits)
    findings: list[Finding] = []
    more: dict[str, Unpacked] = {}
    sources: dict[str, None] = {}
    taken = {folded(name) for name in opened.members}
    room = context.limits.package_bytes - sum(one.size for one in opened.members.values())
    for hole in holes:
        if folded(hole.path) in taken:
            continue
        try:
            if len(taken) >= context.limits.files:
                raise HoleError("HOLE_SIZE", because("ingest.more-files", count=context.limits.files))
            one = _one(hole, opened, context, room, nested, number=len(more) + 1, hashed=hashed)
        except HoleError as error:
            findings.append(refusal(hole, error))
            continue
        taken.add(folded(hole.path))
        room -= one.size
        more[hole.path] = one
        sources[origin(hole.url)] = None
    return Fill(opened.having(more.values()), tuple(findings), tuple(sources))


def refusal(hole: Hole, error: HoleError) -> Finding:
    """Return the finding for a hole that stays open; of the address only scheme and host are repeated."""
    params: dict[str, str | Reason] = {
        "path": hole.path,
        "address": origin(hole.url),
        "reason": error.reason,
    }
    return Finding(error.code, posixpath.basename(hole.path) or hole.path, params)


def origin(url: str) -> str:
    """Return scheme and host of an address: the rest may hold a key."""
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.hostname or '?'}"[:200]
    except ValueError:
        return "?"


def _one(
    hole: Hole,
    opened: Opened,
    context: Context,
    room: int,
    nested: Nested,
    *,
    number: int,
    hashed: frozenset[str],
) -> Unpacked:
    if fault := fault_in(hole.path, context.limits.name):
        raise HoleError("HOLE_LIST", fault)
    if hole.path not in hashed:
        raise HoleError("HOLE_NO_HASH", because("ingest.no-hash"))
    if hole.size is not None and hole.size > room:
        raise HoleError("HOLE_SIZE", because("ingest.bytes", bytes=hole.size))
    target = opened.into / f"h{number:04d}"
    target.unlink(missing_ok=True)
    one = context.fetcher.fetch(hole, target, room=room if hole.size is None else hole.size)
    try:
        if hole.size is not None and one.size != hole.size:
            raise HoleError("HOLE_SIZE", because("ingest.cut-off", bytes=one.size, size=hole.size))
        if hole.sha256 and one.sha256 != hole.sha256:
            other = because("ingest.other-hash", declared=hole.sha256, found=one.sha256)
            raise HoleError("HOLE_HASH", other)
        nested.look(one.path, one.name)
    except HoleError:
        target.unlink(missing_ok=True)
        raise
    except UnreadableDeliveryError as error:
        target.unlink(missing_ok=True)
        raise HoleError("HOLE_SIZE", error.reason) from error
    return one
