"""Put the same bytes into every store, all at the same time, and read each copy back before it counts.

A store that just failed is first left alone while the others suffice (`PATIENCE`): one that is down must not cost every
deposit its time limit. What it misses is found by fixity and given to it by repair.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive.copies import examine, stores
from archive.errors import AlreadyStoredError, NotFoundError, TemporaryError
from archive.patience import Patience
from archive.reason import Reason, because
from archive.register.models import CopyState
from archive.settings import ArchiveSettings
from archive.stores.interface import Store

AT_ONCE = 8
"""Stores written to at the same time at most."""
PATIENCE = Patience(timedelta(seconds=30), timedelta(minutes=10))


@dataclass(frozen=True)
class _Outcome:
    """How it went with one store; `trouble` is None when its copy was read back well."""

    store: Store
    trouble: Reason | None = None
    taken: bool = False


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
        into: stores to use instead of the configured ones; all of them are tried.
        required: good copies needed instead of the setting `copies_required`.

    Raises:
        TemporaryError: fewer good copies than required; names each bad store and says why.
        AlreadyStoredError: a store holds other, readable bytes under that name; trying again will not help.
    """
    settings = ArchiveSettings.load()
    needed = settings.copies_required if required is None else required
    used = list(stores() if into is None else into)
    now = datetime.now(UTC)
    # Two houses in one process are two things, whatever their stores are called.
    known = {store.name: f"{settings.data}:{store.name}" for store in used}
    later = [store for store in used if into is None and PATIENCE.waits(known[store.name], now)]
    outcomes = _all([store for store in used if store not in later], path, name, sha256)
    if sum(one.trouble is None for one in outcomes) < needed:
        outcomes += _all(later, path, name, sha256)
    for one in outcomes:
        if one.trouble is None:
            PATIENCE.well(known[one.store.name])
        elif not one.taken:
            PATIENCE.failed(known[one.store.name], now)
    good = {one.store.name for one in outcomes if one.trouble is None}
    if len(good) < needed:
        why = [one.trouble for one in outcomes if one.trouble] or [because("archive.too-few-stores")]
        few = because("archive.too-few-copies", name=name, good=len(good), needed=needed, why=why)
        raise AlreadyStoredError(few) if any(one.taken for one in outcomes) else TemporaryError(few)
    return [store.name for store in used if store.name in good]


def _all(places: Sequence[Store], path: Path, name: str, sha256: str) -> list[_Outcome]:
    if not places:
        return []
    with ThreadPoolExecutor(min(AT_ONCE, len(places)), thread_name_prefix="deposit") as pool:
        return list(pool.map(lambda store: _one(store, path, name, sha256), places))


def _one(store: Store, path: Path, name: str, sha256: str) -> _Outcome:
    try:
        store.put(name, path)
        state = examine(name, sha256, [store])[store.name]
        if state == CopyState.DAMAGED:
            moved = store.quarantine(name)
            return _Outcome(store, because("archive.store-lied", store=store.name, aside=moved))
    except AlreadyStoredError as error:
        return _Outcome(store, error.reason, taken=True)
    except (TemporaryError, NotFoundError) as error:
        return _Outcome(store, error.reason)
    if state != CopyState.VERIFIED:
        return _Outcome(store, because("archive.copy-not-good", store=store.name, name=name, state=state))
    return _Outcome(store)
