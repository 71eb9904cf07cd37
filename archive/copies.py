"""The same bytes in every store: deposit with read-back, and look at what the copies are now.

Nothing here knows the register; `archive.keeping` and `archive.fixity` write down what is found here.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from archive.errors import AlreadyStoredError, NotFoundError, TemporaryError
from archive.hashing import sha256_of
from archive.reason import Reason, because
from archive.register.models import CopyState
from archive.settings import ArchiveSettings
from archive.stores.folder import FolderStore
from archive.stores.interface import Store
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


def examine(name: str, sha256: str, places: Sequence[Store]) -> dict[str, str]:
    """Read every copy and return what each is: a `CopyState` value, or `unreachable`."""
    return {store.name: _examine(store, name, sha256) for store in places}


def _examine(store: Store, name: str, sha256: str) -> str:
    try:
        with store.open(name) as stream:
            good = sha256_of(stream) == sha256
    except NotFoundError:
        return CopyState.MISSING
    except (TemporaryError, OSError):
        # A reset drive answers later; a dead one keeps being reported until somebody replaces it.
        return UNREACHABLE
    return CopyState.VERIFIED if good else CopyState.DAMAGED


def deposit(
    path: Path,
    name: str,
    sha256: str,
    *,
    into: Sequence[Store] | None = None,
    required: int | None = None,
) -> list[str]:
    """Put a file into every store, read each back, and return the names of the stores that hold it well.

    A store whose copy reads back differently has lied: the copy is quarantined there. Good copies stay when
    another store fails, so that a second call only does what is missing.

    Args:
        path: the file.
        name: its key in every store.
        sha256: what the bytes must be.
        into: stores to use instead of the configured ones.
        required: good copies needed instead of the setting `copies_required`.

    Raises:
        TemporaryError: fewer good copies than required; names each bad store and says why.
        AlreadyStoredError: a store holds other, readable bytes under that name; trying again will not help.
    """
    good: list[str] = []
    bad: list[Reason] = []
    taken = False
    for store in stores() if into is None else into:
        try:
            store.put(name, path)
            state = _examine(store, name, sha256)
            if state == CopyState.DAMAGED:
                moved = store.quarantine(name)
                raise TemporaryError(because("archive.store-lied", store=store.name, aside=moved))
            if state != CopyState.VERIFIED:
                raise TemporaryError(
                    because("archive.copy-not-good", store=store.name, name=name, state=state)
                )
        except AlreadyStoredError as error:
            taken = True
            bad.append(error.reason)
        except (TemporaryError, NotFoundError) as error:
            bad.append(error.reason)
        else:
            good.append(store.name)
    needed = ArchiveSettings.load().copies_required if required is None else required
    if len(good) < needed:
        why = bad or [because("archive.too-few-stores")]
        few = because("archive.too-few-copies", name=name, good=len(good), needed=needed, why=why)
        raise AlreadyStoredError(few) if taken else TemporaryError(few)
    return good
