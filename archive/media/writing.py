"""Files onto a medium: never over another, down to the device, read back from it."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from archive.errors import NotFoundError, TemporaryError
from archive.flushing import flush_folder
from archive.hashing import CHUNK, sha256_of_file
from archive.media.medium import DATA, TAGS, File, MediumError
from archive.stores.interface import Store
from archive.stores.naming import checked
from archive.wiping import wipe_file

HALF = ".half-"
"""How a file is called while it is written; what a killed run left is removed by the next."""


class SourceError(Exception):
    """No store gave the right bytes; the medium is not at fault. Never leaves `archive.media`."""


def write_payload(folder: Path, file: File, places: Sequence[Store]) -> None:
    """Copy one file from the first store that gives the right bytes; what is there already and right stays.

    Raises:
        MediumError: other bytes are there under that name; nothing is overwritten.
        SourceError: no store has it right.
        TemporaryError: the medium is full or does not answer.
    """
    target = folder / DATA / checked(file.name)
    try:
        if target.exists() or target.is_symlink():
            _require_same(target, file.sha256)
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        troubles = []
        for store in places:
            half = target.parent / f"{HALF}{uuid4().hex}"
            try:
                found = _copy(store, file.name, half)
                if found == file.sha256:
                    _settle(half, target)
                    return
                troubles.append(f"{store.name} gives other bytes")
            except (NotFoundError, SourceError) as error:
                troubles.append(str(error))
            finally:
                with suppress(FileNotFoundError):  # it became the file
                    wipe_file(half)
        raise SourceError(f"{file.name}: {'; '.join(troubles) or 'no store has it'}")
    except OSError as error:
        raise _trouble(folder, error) from error


def write_tag(folder: Path, name: str, data: bytes) -> None:
    """Write a small file at the top of the medium; the same bytes twice are fine.

    Raises:
        MediumError: other bytes are there under that name.
        TemporaryError: the medium is full or does not answer.
    """
    target = folder / name
    try:
        if target.exists():
            _require_same(target, hashlib.sha256(data).hexdigest())
            return
        half = folder / f"{HALF}{uuid4().hex}"
        with half.open("xb") as stream:
            stream.write(data)
            _to_the_device(stream)
        _settle(half, target)
    except OSError as error:
        raise _trouble(folder, error) from error


def remove_tags(folder: Path) -> None:
    """Overwrite and remove the files at the top of a medium that a killed run wrote; they were no medium yet.

    Raises:
        TemporaryError: the medium does not answer.
    """
    try:
        for name in reversed(TAGS):
            if (folder / name).is_file():
                wipe_file(folder / name)
    except OSError as error:
        raise _trouble(folder, error) from error


def make_folder(folder: Path) -> Path:
    """Make a medium's folder, or take the one that is there, and return it.

    Raises:
        TemporaryError: the medium does not answer.
    """
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise _trouble(folder, error) from error
    return folder


def clear_halves(folder: Path) -> None:
    """Overwrite and remove what a killed run left half-written.

    Raises:
        TemporaryError: the medium does not answer.
    """
    try:
        for half in list(folder.rglob(f"{HALF}*")):
            if half.is_symlink():  # whoever had the medium may have laid it; what it leads to is not ours
                half.unlink()
            else:
                wipe_file(half)  # its case file may be destroyed by now, and nobody knows of it here
    except OSError as error:
        raise _trouble(folder, error) from error


def _copy(store: Store, name: str, half: Path) -> str:
    digest = hashlib.sha256()
    try:
        source = store.open(name)
    except TemporaryError as error:
        raise SourceError(str(error)) from error
    with source, half.open("xb") as target:
        while chunk := _read(store, source):
            digest.update(chunk)
            target.write(chunk)
        _to_the_device(target)
    return digest.hexdigest()


def _read(store: Store, source: BinaryIO) -> bytes:
    try:
        return source.read(CHUNK)
    except (OSError, TemporaryError) as error:
        raise SourceError(f"{store.name} stops giving it: {error}") from error


def _to_the_device(stream: BinaryIO) -> None:
    stream.flush()
    os.fsync(stream.fileno())
    # Whoever reads it back is to be answered by the device, not by the memory of this machine.
    os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _settle(half: Path, target: Path) -> None:
    # Not a hard link: FAT, exFAT and UDF have none. One export runs at a time (`archive.alone`).
    if target.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    half.rename(target)
    flush_folder(target.parent)


def _require_same(target: Path, sha256: str) -> None:
    if target.is_symlink() or sha256_of_file(target) != sha256:
        raise MediumError(
            f"{target} is there already with other bytes; nothing was overwritten: begin on an empty medium"
        )


def _trouble(folder: Path, error: OSError) -> TemporaryError:
    why = os.strerror(error.errno) if error.errno else str(error)
    return TemporaryError(
        f"medium {folder}: {why}; make room or mend it, then export to the same place again"
    )
