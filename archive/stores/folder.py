"""A store that is a folder on a disk: one file per name, nothing overwritten, everything flushed.

Threat model: names come from our own register, but are checked all the same, because one wrong name would
write or erase outside the store. Accepted: somebody with write access to the disk can change the bytes;
that is what fixity checks against the ledger's hashes are for.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from threading import get_ident
from typing import BinaryIO
from uuid import uuid4

from archive.errors import AlreadyStoredError, ArchiveError, NotFoundError, TemporaryError
from archive.flushing import flush_folder
from archive.hashing import sha256_of_file
from archive.plain_paths import (
    below,
    drop_empty,
    folder_of,
    is_folder,
    is_real_folder,
    is_there,
    listed,
    size_of,
)
from archive.reason import because, trouble
from archive.stores.interface import Left, Stored
from archive.stores.naming import QUARANTINE, checked
from archive.wiping import wipe_file

CLEARED = (
    "clear (NIST SP 800-88): overwritten once and removed; "
    "on copy-on-write or flash media this is not a purge"
)
NOTHING = "not applicable: nothing was there"


class FolderStore:
    """Keeps every name as a file below one folder. The folder itself must be there already.

    A missing folder is most often a disk that is not mounted; making it would quietly write to another disk.
    """

    def __init__(self, name: str, path: Path) -> None:
        self._name = name
        self._root = path
        self._place = str(path)
        self._later: dict[int, set[str]] = {}

    @property
    def name(self) -> str:
        """Return the store's name, as settings give it."""
        return self._name

    def put(self, name: str, source: Path) -> Stored:
        """Copy a file in, whole or not at all; putting the same bytes twice is fine.

        Raises:
            AlreadyStoredError: other bytes are there under that name.
            TemporaryError: the disk is full, broken, read-only or not mounted.
        """
        target = self._path(name)
        if not source.is_file():
            raise ArchiveError(f"{source} is not there, so {name} cannot be stored; make it again")
        with self._disk(name):
            self._require_root()
            target.parent.mkdir(parents=True, exist_ok=True)
            temporary = target.parent / f"{_temporary(name)}{uuid4().hex}"
            try:
                size = _copy(source, temporary)
                try:
                    # A hard link fails when the name exists: two writers cannot overwrite each other.
                    os.link(temporary, target)
                except FileExistsError:
                    if sha256_of_file(target) != sha256_of_file(source):
                        raise AlreadyStoredError(
                            f"store {self._name} already holds other bytes as {name}; nothing was overwritten"
                        ) from None
            finally:
                with suppress(FileNotFoundError):
                    temporary.unlink()
            self._flush_folders(target.parent)
        return Stored(name, size)

    def open(self, name: str) -> BinaryIO:
        """Return a seekable stream of the stored bytes; the caller closes it.

        Raises:
            NotFoundError: the store is there, and nothing is under that name.
            TemporaryError: the disk does not answer, or is not mounted.
        """
        with self._disk(name):
            return self._path(name).open("rb")

    def size(self, name: str) -> int | None:
        """Return the size in bytes, None when nothing is there.

        Raises:
            TemporaryError: the whole store is not there, so nothing can be said.
        """
        with self._disk(name):
            size = size_of(below(self._place, checked(name)))
            if size is None:
                self._require_root()
            return size

    def names(self, prefix: str = "") -> Iterator[str]:
        """Yield the names that begin with a prefix, sorted; temporary and quarantined files are not names."""
        with self._disk(prefix):
            self._require_root()
            # Straight to the folder the prefix names: a year of case files is not read to find one of them.
            within = prefix.rpartition("/")[0]
            before = f"{within}/" if within else ""
            if within and not self._is_walked(within):
                return
            found = self._walk(self._root / within, before, prefix)
            yield from (name for name in found if name.startswith(prefix))

    def quarantine(self, name: str) -> str:
        """Move a damaged object aside, never delete it; return where it is now, below the store's folder."""
        source = self._path(name)
        moved = f"{QUARANTINE}/{name}/{uuid4().hex}"
        target = self._root / moved
        with self._disk(name):
            self._require_root()
            target.parent.mkdir(parents=True, exist_ok=True)
            source.rename(target)
            self._flush_folders(target.parent)
            flush_folder(source.parent)
        return moved

    def erase(self, name: str) -> str:
        """Overwrite and remove an object, its quarantined and its half-written remains; return how.

        The answer is in NIST SP 800-88 words.

        Erasing what is not there is fine and says so.

        Raises:
            TemporaryError: the disk did not answer; call again.
        """
        path, remains = self._places(name)
        with self._disk(name):
            self._require_root()
            there = self._all_of(name)
            for file in there:
                wipe_file(file)
            # Also when nothing was there: an erasure before this one may have failed to flush what it removed.
            stay = {drop_empty(folder_of(path), self._place)}
            if is_there(below(self._place, QUARANTINE)):
                stay.add(drop_empty(remains, self._place))
            else:  # most stores have none, or have none any more
                stay.add(self._place)
            if (later := self._later.get(get_ident())) is not None:
                later |= stay
            else:
                self._flush_each(stay)
        return CLEARED if there else NOTHING

    @contextmanager
    def erasing_many(self) -> Iterator[None]:
        """Have this thread's erasures last a power cut only from the end of the block on.

        What was in an object is overwritten down to the disk at once; that its name is gone is flushed at the end, in
        each folder once and not once for each object.

        Raises:
            TemporaryError: the disk did not answer at the end: erase again what was erased.
        """
        later = self._later[get_ident()] = set()
        try:
            yield
        finally:
            del self._later[get_ident()]
        with self._disk(""):
            self._flush_each(later)

    def _flush_each(self, folders: Iterable[str]) -> None:
        """Flush folders; of one that was removed itself, the one above it that is left."""
        for folder in sorted(folders):
            place = folder
            while not self._flushed(place):
                place = folder_of(place)

    def _flushed(self, place: str) -> bool:
        """Flush a folder below the root; say False when it is gone, also when another thread removed it just now."""
        try:
            flush_folder(place)
        except FileNotFoundError:
            if place == self._place:
                raise
            return False
        return True

    def left(self, name: str) -> Left:
        """Return what there is of that name: under it, in quarantine, half-written."""
        with self._disk(name):
            self._require_root()
            return Left(len(self._all_of(name)))

    def _path(self, name: str) -> Path:
        return self._root / checked(name)

    def _all_of(self, name: str) -> list[str]:
        path, remains = self._places(name)
        beside, own = folder_of(path), path.rpartition("/")[2]
        names = listed(beside)
        there = [path] if own in names and is_there(path) else []
        there += [below(remains, one) for one in sorted(listed(remains))]
        # A writer that was killed leaves its half-written file beside the target.
        unfinished = _temporary(name)
        half = sorted(one for one in names if one.startswith(unfinished))
        return there + [below(beside, one) for one in half]

    def _places(self, name: str) -> tuple[str, str]:
        """Return where an object is, and the folder of its quarantined remains."""
        return below(self._place, checked(name)), below(self._place, QUARANTINE, name)

    def _require_root(self) -> None:
        try:
            there = is_folder(self._place)
        except OSError:
            there = False
        if not there:
            raise TemporaryError(because("archive.store-not-there", store=self._name, place=str(self._root)))

    def _walk(self, folder: Path, before: str, prefix: str) -> Iterator[str]:
        # Sorted by the whole name: a folder sorts as "name/", not as "name".
        entries = [(e.name + ("/" if e.is_dir(follow_symlinks=False) else ""), e) for e in os.scandir(folder)]
        for key, entry in sorted(entries, key=lambda pair: pair[0]):
            name = before + key
            if key.startswith(".") or not (name.startswith(prefix) or prefix.startswith(name)):
                continue
            if key.endswith("/"):
                yield from self._walk(Path(entry.path), name, prefix)
            else:
                yield name

    def _is_walked(self, within: str) -> bool:
        """Say whether walking from the root would come to a folder: no part hidden or "..", no link on the way."""
        parts = within.split("/")
        if not all(part and not part.startswith(".") for part in parts):
            return False
        place = self._place
        for part in parts:
            place = below(place, part)
            if not is_real_folder(place):
                return False
        return True

    def _flush_folders(self, folder: Path) -> None:
        while folder != self._root.parent:
            flush_folder(folder)
            if folder == self._root:
                return
            folder = folder.parent

    @contextmanager
    def _disk(self, name: str) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            self._require_root()
            raise NotFoundError(because("archive.store-lacks", store=self._name, name=name)) from error
        except OSError as error:
            raise TemporaryError(
                because("archive.store-trouble", store=self._name, name=name, trouble=trouble(error))
            ) from error


@lru_cache(maxsize=64)
def _temporary(name: str) -> str:
    """Return how temporary files of that name begin, so that erasing finds them; never too long for a name."""
    return f".tmp-{hashlib.sha256(name.encode()).hexdigest()[:16]}-"


def _copy(source: Path, target: Path) -> int:
    """Copy a file down to the disk and return its size. Not hashed: whoever deposits reads back what is there."""
    target.touch(exist_ok=False)
    shutil.copyfile(source, target)  # inside the kernel where it can
    with target.open("r+b", buffering=0) as stream:
        os.fsync(stream.fileno())
        return stream.seek(0, os.SEEK_END)
