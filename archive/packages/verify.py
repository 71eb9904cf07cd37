"""Verify a package or a bag: every fault by file and rule. A broken package is data here, never a crash."""

from __future__ import annotations

from pathlib import Path

from archive.packages.bagcheck import MANIFEST, BagCheck
from archive.packages.csipcheck import KINDS, Asked, CsipCheck
from archive.packages.errors import UnreadableError
from archive.packages.facts import Fault
from archive.packages.tagfiles import ENCODINGS, UTF_8
from archive.packages.tree import READ_ERRORS, Digested, FolderTree, ZipTree, digest, open_tree

MAX_FAULTS = 1000
"""Faults reported of one package; the rest is counted."""


def verify(
    path: Path, *, schemas: Path, bag_only: bool = False, kinds: tuple[str, ...] = ("AIP",)
) -> list[Fault]:
    """Return everything wrong with a package; an empty list means it passed.

    Bytes are read once, in pieces; memory grows with the number of files only.

    Args:
        path: a package ZIP as `writer.write` makes; with `bag_only` any BagIt bag, folder or ZIP.
        schemas: folder with the METS and PREMIS schemas.
        bag_only: check RFC 8493 only.
        kinds: which kinds of package it may be.

    Raises:
        TemporaryError: the schemas are missing, so nothing can be said.
    """
    try:
        with open_tree(path, stored_only=not bag_only) as tree:
            return _some(_bag(tree, schemas, bag_only, kinds))
    except (UnreadableError, *READ_ERRORS) as error:
        return [Fault("ZIP", "", _printable(str(error)))]


def verify_any(path: Path, *, schemas: Path) -> list[Fault]:
    """Return everything wrong with an AIP, SIP or DIP of anybody: folder or ZIP, packed or not, with a bag or without.

    Raises:
        TemporaryError: the schemas are missing, so nothing can be said.
    """
    try:
        with open_tree(path, stored_only=False) as tree:
            names = tree.names()
            if "bagit.txt" not in names and not any(MANIFEST.match(name) for name in names):
                return _some(_plain(tree, schemas, Asked(KINDS, ours=False)))
    except (UnreadableError, *READ_ERRORS) as error:
        return [Fault("ZIP", "", _printable(str(error)))]
    return verify(path, schemas=schemas, kinds=KINDS)


def verify_plain(path: Path, *, schemas: Path, kinds: tuple[str, ...] = ("AIP",)) -> list[Fault]:
    """Return everything wrong with a plain TT 05/2025 package of ours, as it is handed over: no bag around it."""
    try:
        with open_tree(path, stored_only=True) as tree:
            return _some(_plain(tree, schemas, Asked(kinds)))
    except (UnreadableError, *READ_ERRORS) as error:
        return [Fault("ZIP", "", _printable(str(error)))]


def _plain(tree: ZipTree | FolderTree, schemas: Path, asked: Asked) -> list[Fault]:
    faults = list(tree.faults)
    digests: dict[str, Digested] = {}
    root = f"{tree.top}/" if tree.top else ""
    for name in tree.names():
        try:
            digests[root + name] = digest(tree, name, ["sha256"])
        except READ_ERRORS as error:
            faults.append(Fault("FIXITY", name, f"cannot be read whole: {error}"))
    return faults + _csip(_Below(tree, root), root, digests, schemas, asked)


def _bag(tree: ZipTree | FolderTree, schemas: Path, bag_only: bool, kinds: tuple[str, ...]) -> list[Fault]:
    check = BagCheck(tree, ENCODINGS if bag_only else UTF_8)
    check.run()
    faults = tree.faults + check.faults
    if bag_only:
        return faults
    if "fetch.txt" in tree.names():
        faults.append(
            Fault("RFC8493-2.2.3", "fetch.txt", "is there; a package has all of its files in itself")
        )
    if "manifest-sha256.txt" not in tree.names():
        faults.append(
            Fault("BAG-SHA256", "manifest-sha256.txt", "is missing; packages have SHA-256 manifests")
        )
    if "tagmanifest-sha256.txt" not in tree.names():
        faults.append(Fault("BAG-SHA256", "tagmanifest-sha256.txt", "is missing; packages have one"))
    tops = {
        name.split("/", 2)[1] for name in tree.names() if name.startswith("data/") and name.count("/") > 1
    }
    if len(tops) != 1:
        return [*faults, Fault("CSIP-STR", "data/", f"must hold one package folder, holds {len(tops)}")]
    return faults + _csip(tree, f"data/{tops.pop()}/", check.digests, schemas, Asked(kinds))


def _csip(
    tree: ZipTree | FolderTree | _Below,
    root: str,
    digests: dict[str, Digested],
    schemas: Path,
    asked: Asked,
) -> list[Fault]:
    check = CsipCheck(tree, root, digests, schemas, asked)
    check.run()
    return check.faults


class _Below:
    """A tree seen from above its top folder, so that the folder's name can be checked like a bag's."""

    def __init__(self, tree: ZipTree | FolderTree, root: str) -> None:
        self._tree = tree
        self.faults = tree.faults
        self.open_names = {root + name: name for name in tree.names()}

    def names(self) -> list[str]:
        return list(self.open_names)

    def has_folder(self, name: str) -> bool:
        return False  # nobody asks a package without a bag

    def open(self, name: str):  # type: ignore[no-untyped-def]
        return self._tree.open(self.open_names[name])


def _some(faults: list[Fault]) -> list[Fault]:
    more = len(faults) - MAX_FAULTS
    shown = [
        Fault(fault.rule, _printable(fault.path), _printable(fault.message)) for fault in faults[:MAX_FAULTS]
    ]
    return [*shown, Fault("LIMIT", "", f"{more} more faults are not shown")] if more > 0 else shown


def _printable(text: str) -> str:
    """Return a text that no terminal obeys: names in a broken package may hold anything."""
    return "".join(
        char if char.isprintable() or char == " " else char.encode("unicode_escape").decode() for char in text
    )
