"""A bag or package as a tree of files, in a ZIP or in a folder, read without unpacking.

Threat model: the tree may come from another archive. Names are checked before anything is opened; a ZIP
member is read as a stream and never longer than its declared size; a folder's links are not followed.
Accepted risk: a ZIP's directory is read whole, some 600 bytes of memory a member; `MAX_MEMBERS` bounds it.
"""

from __future__ import annotations

import hashlib
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from archive.packages.errors import UnreadableError
from archive.packages.facts import Fault
from archive.packages.names import fault_in, fold

CHUNK = 1 << 20
MAX_MEMBERS = 2_000_000
MAX_RATIO = 1000
"""How many times larger than its bytes in the ZIP a member may be; deflate cannot honestly do much more."""
READ_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


@dataclass(frozen=True)
class Digested:
    """What was read of a file: its size, and its hashes by algorithm (lower-case hex)."""

    size: int
    hashes: dict[str, str]


class Tree(Protocol):
    """Files by name, relative to the tree's top."""

    @property
    def faults(self) -> list[Fault]:
        """Return what is wrong with the container itself."""
        ...

    def names(self) -> list[str]:
        """Return every file's name, sorted."""
        ...

    def open(self, name: str) -> BinaryIO:
        """Return a stream; raises one of READ_ERRORS."""
        ...

    def has_folder(self, name: str) -> bool:
        """Say whether there is a folder of that name (with "/" at its end), perhaps an empty one."""
        ...


class ZipTree:
    """The members of a ZIP below its one top folder."""

    def __init__(self, path: Path, *, stored_only: bool) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except (*READ_ERRORS, struct.error) as error:
            raise UnreadableError(f"not a readable ZIP, or cut off: {error}") from error
        self.faults: list[Fault] = []
        self._members: dict[str, zipfile.ZipInfo] = {}
        self._folders: set[str] = set()
        self.top = ""
        infos = self._zip.filelist
        if len(infos) > MAX_MEMBERS:
            raise UnreadableError(f"holds {len(infos)} members; at most {MAX_MEMBERS} are looked at")
        tops = {info.filename.split("/", 1)[0] for info in infos}
        if len(tops) == 1 and all("/" in info.filename for info in infos):
            self.top = tops.pop()
        else:
            self.faults.append(Fault("ZIP-TOP", "", f"must hold one top folder, holds {len(tops)}"))
        self._overlaps(infos)
        folded: set[str] = set()
        for info in infos:
            self._take(info, folded, stored_only)

    def _overlaps(self, infos: list[zipfile.ZipInfo]) -> None:
        """Find members that share bytes: a small ZIP can so be made to take for ever to read."""
        end = 0
        for info in sorted(infos, key=lambda one: one.header_offset):
            if info.header_offset < end:
                raise UnreadableError(
                    f"{info.orig_filename}: shares bytes with another member; nothing is read"
                )
            end = info.header_offset + info.compress_size

    def _take(self, info: zipfile.ZipInfo, folded: set[str], stored_only: bool) -> None:
        name = info.orig_filename
        told = name.removesuffix("/")
        # A bag's lists can name a file with a line break in its name; a package has none.
        fault = fault_in(told if stored_only else told.replace("\r", "").replace("\n", ""))
        kind = stat.S_IFMT(info.external_attr >> 16)
        if not fault and kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            fault = "is a link or a device"
        if not fault and info.flag_bits & 1:
            fault = "is encrypted"
        if not fault and stored_only and info.compress_type != zipfile.ZIP_STORED:
            fault = "is compressed; packages store members as they are"
        if not fault and info.file_size > max(info.compress_size, 1) * MAX_RATIO:
            fault = f"unpacks to more than {MAX_RATIO} times its size"
        if not fault and not info.is_dir():
            key = fold(name)
            if key in folded:
                fault = "is there twice (or differs only in case)"
            folded.add(key)
        if fault:
            self.faults.append(Fault("ZIP-MEMBER", name, fault))
        else:
            below = name[len(self.top) + 1 :] if self.top else name
            if info.is_dir():
                self._folders.add(below)
            else:
                self._members[below] = info

    def names(self) -> list[str]:
        """Return every usable member's name below the top folder, sorted."""
        return sorted(self._members)

    def open(self, name: str) -> BinaryIO:
        """Return a stream of a member."""
        return cast(BinaryIO, self._zip.open(self._members[name]))

    def has_folder(self, name: str) -> bool:
        """Say whether the ZIP lists the folder by itself."""
        return name in self._folders

    def close(self) -> None:
        """Close the ZIP."""
        self._zip.close()


class FolderTree:
    """The files below a folder."""

    def __init__(self, path: Path) -> None:
        self.top = path.name
        self.faults: list[Fault] = []
        self._path = path
        self._names: list[str] = []
        for folder, folders, files in os.walk(path, followlinks=False):
            for name in (*folders, *files):
                found = Path(folder, name)
                relative = found.relative_to(path).as_posix()
                if found.is_symlink() or not (found.is_file() or found.is_dir()):
                    self.faults.append(Fault("FOLDER-MEMBER", relative, "is a link or a device"))
                elif found.is_file():
                    self._names.append(relative)

    def names(self) -> list[str]:
        """Return every file's name, sorted."""
        return sorted(self._names)

    def open(self, name: str) -> BinaryIO:
        """Return a stream of a file."""
        return (self._path / name).open("rb")

    def has_folder(self, name: str) -> bool:
        """Say whether there is such a folder."""
        return (self._path / name).is_dir()

    def close(self) -> None:
        """Do nothing: a folder is not held open."""


@contextmanager
def open_tree(path: Path, *, stored_only: bool) -> Iterator[ZipTree | FolderTree]:
    """Give the tree at a path, a ZIP file or a folder.

    Raises:
        UnreadableError: neither.
    """
    if path.is_dir():
        yield FolderTree(path)
        return
    tree = ZipTree(path, stored_only=stored_only)
    try:
        yield tree
    finally:
        tree.close()


def digest(tree: Tree, name: str, algorithms: Iterable[str]) -> Digested:
    """Return the size and hashes of a file, read once in pieces; raises one of READ_ERRORS."""
    hashes = {algorithm: hashlib.new(algorithm) for algorithm in algorithms}
    size = 0
    with tree.open(name) as stream:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            for one in hashes.values():
                one.update(chunk)
    return Digested(size, {algorithm: one.hexdigest() for algorithm, one in hashes.items()})
