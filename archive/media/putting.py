"""One file of a medium into the stores that lack it; good copies are left alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from archive.copies import examine_one, put_right
from archive.errors import AlreadyStoredError, NotFoundError, TemporaryError
from archive.hashing import sha256_of_file
from archive.media.medium import DATA, File
from archive.register.models import CopyState
from archive.stores.interface import Store


@dataclass
class BroughtBack:
    """What an import did.

    Attributes:
        written: "store:name" of what was put into a store.
        skipped: names of packages that were destroyed by order: they are not brought back.
        faults: sentences; empty when all that was lacking is there now.
        rebuild: the register knew nothing: run `tangthu rebuild` now.
    """

    number: str
    written: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    rebuild: bool = False


def put(
    folder: Path, file: File, places: Sequence[Store], done: BroughtBack, suspect: Collection[str] = ()
) -> list[str]:
    """Put one file into the stores that have nothing of that name and size; return their names.

    Args:
        suspect: stores whose copy is read, because it may have the right size and other bytes.
    """
    path = folder / DATA / file.name
    lacking: list[tuple[Store, bool]] = []
    for store in places:
        try:
            size = store.size(file.name)
        except TemporaryError as error:
            done.faults.append(str(error))
            continue
        if size != file.size or (
            store.name in suspect and examine_one(store, file.name, file.sha256) == CopyState.DAMAGED
        ):
            lacking.append((store, size is not None))
    if not lacking:
        return []
    if sha256_of_file(path) != file.sha256:
        done.faults.append(f"{file.name} went bad on the medium")
        return []
    written = []
    for store, damaged in lacking:
        try:
            put_right(store, file.name, file.sha256, path, damaged=damaged)
        except (TemporaryError, AlreadyStoredError, NotFoundError) as error:
            done.faults.append(str(error))
            continue
        written.append(store.name)
        done.written.append(f"{store.name}:{file.name}")
    return written
