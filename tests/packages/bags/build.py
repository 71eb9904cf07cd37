"""Bags, good and broken, made from a few words each: nothing binary is kept in the tree.

`a_bag()` is complete and valid; what a case changes is its files, as a mapping name -> bytes (None takes one away).
Manifests are made of what is there, unless the case writes them itself.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
PAYLOAD: Mapping[str, bytes] = {"data/a.txt": b"a", "data/b/c.txt": b"bc"}
Files = dict[str, bytes | None]


def manifest(
    files: Mapping[str, bytes], algorithm: str = "sha256", *, encode: bool = True, mark: str = "  "
) -> bytes:
    """Return a manifest of these files."""

    def said(name: str) -> str:
        if not encode:
            return name
        return name.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")

    return "".join(
        f"{hashlib.new(algorithm, data).hexdigest()}{mark}{said(name)}\n" for name, data in files.items()
    ).encode()


def a_bag(
    changes: Mapping[str, bytes | None] | None = None,
    *,
    payload: Mapping[str, bytes] = PAYLOAD,
    algorithms: Sequence[str] = ("sha256",),
    tag_algorithms: Sequence[str] = (),
    declaration: bytes = DECLARATION,
    encode: bool = True,
) -> dict[str, bytes]:
    """Return a whole bag with the changes made last of all."""
    files: dict[str, bytes] = {"bagit.txt": declaration, **payload}
    for algorithm in algorithms:
        files[f"manifest-{algorithm}.txt"] = manifest(payload, algorithm, encode=encode)
    tags = {name: data for name, data in files.items() if not name.startswith("data/")}
    for algorithm in tag_algorithms:
        files[f"tagmanifest-{algorithm}.txt"] = manifest(tags, algorithm)
    for name, data in (changes or {}).items():
        if data is None:
            files.pop(name, None)
        else:
            files[name] = data
    return files


def as_folder(files: Mapping[str, bytes], into: Path) -> Path:
    """Write the bag as a folder; a name that ends in "/" is an empty folder."""
    for name, data in files.items():
        place = into / "bag" / name
        (place if name.endswith("/") else place.parent).mkdir(parents=True, exist_ok=True)
        if not name.endswith("/"):
            place.write_bytes(data)
    return into / "bag"


def as_zip(files: Mapping[str, bytes], into: Path, method: int) -> Path:
    """Write the bag as one ZIP."""
    path = into / "bag.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(f"bag/{name}", data)
    return path
