"""The holes of a SIP: `X.pdf.fetch.txt` beside the data, or one `.fetch.txt` for the package.

By TT 05/2025 Phụ lục III a `.fetch.txt` holds the identifier of a document that was submitted before; that is told as
SIP_LINKED. Lines with an address, in the form of RFC 8493 section 2.2.3 (address, bytes or "-", path), are our reading
(DERIVED): the digest of the circular that we read speaks of absent large files, not of how they are pointed at.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ingest.finding import Finding
from ingest.gateway.member_names import folded
from ingest.readers.holes import fill
from ingest.readers.interface import Context, Hole, Opened
from ingest.readers.sip_mets import Listed

SUFFIX = ".fetch.txt"
MAX_BYTES = 1 << 20
SHOWN = 60


@dataclass(frozen=True)
class Filled:
    """A SIP with its holes filled as far as they may be.

    Attributes:
        lists: members that are lists of holes and no documents.
    """

    opened: Opened
    lists: frozenset[str]
    findings: tuple[Finding, ...]
    sources: tuple[str, ...]


def filled(opened: Opened, listed: Mapping[str, Listed], context: Context) -> Filled:
    """Return the SIP with what could be fetched.

    Raises:
        TemporaryError: a file may come later.
    """
    lists = [name for name in opened.members if _is_list(name)]
    findings: list[Finding] = []
    holes: list[Hole] = []
    for name in lists:
        holes += _read(opened.members[name].path, name, opened, listed, findings)
    hashed = {path for path, entry in listed.items() if _sha256(entry)}
    done = fill(opened, holes, context, hashed=hashed)
    return Filled(done.opened, frozenset(lists), (*findings, *done.findings), done.sources)


def _is_list(name: str) -> bool:
    base = posixpath.basename(name).casefold()
    return base == "fetch.txt" or base.endswith(SUFFIX)


def _read(
    path: Path, name: str, opened: Opened, listed: Mapping[str, Listed], findings: list[Finding]
) -> list[Hole]:
    with path.open("rb") as stream:
        data = stream.read(MAX_BYTES + 1)
    try:
        if len(data) > MAX_BYTES:
            raise ValueError(f"larger than {MAX_BYTES} bytes")
        lines = [line.strip() for line in data.decode("utf-8-sig").splitlines() if line.strip()]
    except ValueError as error:
        findings.append(Finding("HOLE_LIST", name, {"path": name, "address": "-", "reason": str(error)}))
        return []
    holes = []
    for line in lines:
        url, _, rest = line.partition(" ")
        if "://" not in url:
            findings.append(Finding("SIP_LINKED", name, {"path": name, "document": line[:SHOWN]}))
            continue
        size, _, said = rest.strip().partition(" ")
        wanted = _wanted(name, url, said.strip(), opened, listed)
        if not wanted or not (size in ("", "-") or (size.isascii() and size.isdigit() and len(size) < 16)):
            params = {"path": name, "address": "-", "reason": line[:SHOWN]}
            findings.append(Finding("HOLE_LIST", name, params))
            continue
        known = listed.get(wanted)
        bytes_ = int(size) if size not in ("", "-") else None
        holes.append(Hole(wanted, url, bytes_, _sha256(known) if known else ""))
    return holes


def _wanted(name: str, url: str, said: str, opened: Opened, listed: Mapping[str, Listed]) -> str:
    """Return the member a line is about, "" when it cannot be told."""
    folder, base = posixpath.split(name)
    if said:
        nearer = posixpath.normpath(posixpath.join(folder, said))
        return nearer if nearer in listed and said not in listed else said
    if base.casefold() not in ("fetch.txt", SUFFIX):
        return name[: -len(SUFFIX)]
    last = unquote(posixpath.basename(urlsplit(url).path))
    there = {folded(one) for one in opened.members}
    fits = [path for path in listed if posixpath.basename(path) == last and folded(path) not in there]
    return fits[0] if len(fits) == 1 else ""


def _sha256(entry: Listed) -> str:
    return entry.checksum if entry.algorithm.replace("-", "") in ("SHA256", "") else ""
