"""Write one small file into every store that takes it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from archive.errors import AlreadyStoredError, TemporaryError
from archive.stores.interface import Store
from archive.workplace import at_work

log = logging.getLogger(__name__)


def spread(places: Sequence[Store], key: str, data: bytes) -> None:
    """Put the bytes under this name into every store. One that takes it is enough; the others get it later.

    Raises:
        TemporaryError: no store took it.
        AlreadyStoredError: a store holds other bytes under that name; the message names the store.
    """
    troubles = []
    with at_work("ledger-") as folder, ThreadPoolExecutor(max(1, len(places))) as pool:
        file = folder / "file"
        file.write_bytes(data)
        # All at once: each flushes its own disk, and whoever seals waits for it.
        putting = [(store, pool.submit(store.put, key, file)) for store in places]
        for store, put in putting:
            try:
                put.result()
            except TemporaryError as error:
                troubles.append(str(error))
                log.warning("%s", error)
            except AlreadyStoredError as error:
                raise AlreadyStoredError(f"store {store.name} holds another {key}") from error
    if len(troubles) == len(places):
        raise TemporaryError(f"no store took {key}: " + "; ".join(troubles))
