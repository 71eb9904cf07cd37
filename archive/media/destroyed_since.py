"""Which packages the sealed ledger says were destroyed: asked when the register knows nothing.

A medium written before a destruction still holds what was destroyed. When all is lost and media give the stores back
what they had, the ledger's segments, on this medium and in the stores, are all that is left to say so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from archive.errors import LedgerError, NotFoundError, TemporaryError
from archive.ledger.event import Event, Verb
from archive.ledger.segment import FOLDER, parse
from archive.stores.interface import Store, read_whole

SEGMENTS = f"{FOLDER}/segment-"


def destroyed_packages(places: Sequence[Store]) -> Mapping[str, str]:
    """Return name of package -> day and number of the event that destroyed its case file.

    Only what is destroyed is held in memory. A segment no store gives whole says nothing here; `tangthu rebuild`, which
    needs it, names it.
    """
    gone = {
        event.object_id: f"event {event.seq} of {event.at:%Y-%m-%d}"
        for event in _events(places)
        if event.verb is Verb.DESTROY and event.payload.get("outcome") == "done"
    }
    if not gone:
        return {}
    return {
        str(event.payload["package"]["name"]): gone[event.object_id]
        for event in _events(places)
        if event.verb is Verb.STORE and event.object_id in gone
    }


def _events(places: Sequence[Store]) -> Iterator[Event]:
    names: set[str] = set()
    for store in places:
        try:
            names.update(store.names(SEGMENTS))
        except TemporaryError:
            continue  # another store has them
    for name in sorted(names):
        for store in places:
            try:
                yield from parse(read_whole(store, name), f"{store.name}:{name}").events
            except (LedgerError, NotFoundError, TemporaryError):
                continue
            break
