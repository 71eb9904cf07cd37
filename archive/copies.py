"""The stores of the settings, and what the copies in them are now.

Nothing here knows the register; `archive.keeping` and `archive.fixity` write down what is found here.
"""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from archive.errors import NotFoundError, TemporaryError
from archive.hashing import sha256_of
from archive.reason import because
from archive.register.models import CopyState
from archive.settings import ArchiveSettings
from archive.stores.folder import FolderStore
from archive.stores.interface import Store, read_whole
from archive.stores.settings import FolderSettings, StoreSettings

UNREACHABLE = "unreachable"
"""State of a copy whose store did not answer: nothing is known, so nothing is written into the register."""


def stores() -> list[Store]:
    """Return the configured stores, in the order of the settings.

    The three default folders are made when missing. A store the settings name must exist already: a missing
    folder is most often a disk that is not mounted.

    Raises:
        SettingsError: the account of an S3 store is not where the settings say.
    """
    settings = ArchiveSettings.load()
    if not settings.stores:
        for store in settings.all_stores:
            if isinstance(store, FolderSettings):
                store.path.mkdir(parents=True, exist_ok=True)
    return [opened(store) for store in settings.all_stores]


def opened(settings: StoreSettings) -> Store:
    """Return the store these settings are of; nothing is asked of it yet.

    Raises:
        SettingsError: the account of an S3 store is not where the settings say.
    """
    if isinstance(settings, FolderSettings):
        return FolderStore(settings.name, settings.path)
    from archive.stores.s3 import S3Store  # boto3 costs every command half a second

    return S3Store(settings)


def good_bytes(name: str, sha256: str) -> bytes | None:
    """Return an object whole, from the first store whose copy has that hash; None when none can be read with it now.

    It is held in memory: for papers, not for packages.
    """
    for store in stores():
        try:
            data = read_whole(store, name)
        except (TemporaryError, NotFoundError):
            continue
        if sha256_of(io.BytesIO(data)) == sha256:
            return data
    return None


def examine(name: str, sha256: str, places: Sequence[Store]) -> dict[str, str]:
    """Read every copy and return what each is: a `CopyState` value, or `unreachable`."""
    return {store.name: examine_one(store, name, sha256) for store in places}


def examine_one(store: Store, name: str, sha256: str, *, from_disk: bool = False) -> str:
    """Read one copy and return what it is: a `CopyState` value, or `unreachable`.

    Args:
        from_disk: have the system forget what it remembers of the file, so that the disk is asked and not the
            memory; for copies on disks of this machine.
    """
    try:
        with store.open(name) as stream:
            if from_disk:
                _forget(stream)
            good = sha256_of(stream) == sha256
    except NotFoundError:
        return CopyState.MISSING
    except (TemporaryError, OSError):
        # A reset drive answers later; a dead one keeps being reported until somebody replaces it.
        return UNREACHABLE
    return CopyState.VERIFIED if good else CopyState.DAMAGED


def put_right(store: Store, name: str, sha256: str, good: Path, *, damaged: bool) -> str:
    """Write a good copy and read it back; return where the damaged one is now, "" when there was none.

    What is damaged is put aside first, never overwritten.

    Args:
        good: a file with the right bytes.
        damaged: the store has something under that name.

    Raises:
        TemporaryError: the store does not take it, or does not give the right bytes back.
        AlreadyStoredError: there are other bytes under that name.
        NotFoundError: what is damaged has gone meanwhile.
    """
    aside = store.quarantine(name) if damaged else ""
    store.put(name, good)
    state = examine_one(store, name, sha256)
    if state != CopyState.VERIFIED:
        raise TemporaryError(because("archive.copy-not-good", store=store.name, name=name, state=state))
    return aside


def _forget(stream: BinaryIO) -> None:
    # No file of this machine behind it (a stream from another one), or a system without this call: nothing to forget.
    with suppress(AttributeError, OSError):
        os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_SEQUENTIAL)
