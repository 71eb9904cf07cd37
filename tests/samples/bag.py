"""Write a BagIt bag (RFC 8493) as a ZIP or a folder, the way an office's tool does."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


def bag_members(
    payload: Mapping[str, bytes],
    *,
    info: Mapping[str, str] | None = None,
    algorithms: Sequence[str] = ("sha256",),
    holes: Mapping[str, tuple[str, bytes]] | None = None,
) -> dict[str, bytes]:
    """Return the members of a valid bag.

    Args:
        payload: path below `data/` -> bytes.
        info: labels of bag-info.txt; Payload-Oxum is added.
        algorithms: of the manifests, payload's and tag files'.
        holes: path below `data/` -> address, and the bytes to be had there; not in the bag, but in its manifests.
    """
    holes = holes or {}
    whole = {**payload, **{path: data for path, (_, data) in holes.items()}}
    oxum = f"{sum(map(len, whole.values()))}.{len(whole)}"
    labels = {**(info or {}), "Payload-Oxum": oxum}
    members = {
        "bagit.txt": DECLARATION,
        "bag-info.txt": "".join(f"{label}: {value}\n" for label, value in labels.items()).encode(),
    }
    for one in algorithms:
        members[f"manifest-{one}.txt"] = manifest(one, {f"data/{path}": data for path, data in whole.items()})
    if holes:
        lines = [f"{url} {len(data)} data/{path}\n" for path, (url, data) in holes.items()]
        members["fetch.txt"] = "".join(lines).encode()
    tags = dict(members)
    for one in algorithms:
        members[f"tagmanifest-{one}.txt"] = manifest(one, tags)
    return {**members, **{f"data/{path}": data for path, data in payload.items()}}


def manifest(algorithm: str, files: Mapping[str, bytes]) -> bytes:
    """Return a manifest of these files."""
    return "".join(
        f"{hashlib.new(algorithm, data).hexdigest()}  {name}\n" for name, data in files.items()
    ).encode()


def zip_of(members: Mapping[str, bytes], target: Path, *, top: str = "tui") -> Path:
    """Write members as a ZIP with one top folder (none when `top` is empty)."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as sink:
        for name, data in members.items():
            sink.writestr(f"{top}/{name}" if top else name, data)
    return target


def folder_of(members: Mapping[str, bytes], target: Path) -> Path:
    """Write members as a folder."""
    for name, data in members.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return target


def members_of(archive: Path, *, below: str = "") -> dict[str, bytes]:
    """Return a ZIP's members, their names put below a folder."""
    with zipfile.ZipFile(archive) as opened:
        return {f"{below}{name}": opened.read(name) for name in opened.namelist() if not name.endswith("/")}
