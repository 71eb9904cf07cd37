"""The restoring half of a drill: a process of its own, whose settings lead to the empty place.

`python -m operations.drill.restored [--backup FOLDER] [--samples N] [--seal N]`: makes register, ledger and index
there, and prints what they are as one JSON line. Stores are only read.

A backup is older than the archive. What it holds is compared with what was backed up first; then the ledger's tail, as
the stores have it sealed, is applied to register and index (`archive.catching_up`), so that a case file destroyed since
the backup is a tombstone here too. Without a store that answers nothing is restored.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from archive.catching_up import catch_up
from archive.copies import stores
from archive.errors import TangThuError
from archive.ledger.append import read
from archive.ledger.verify import verify
from archive.rebuild import rebuild
from archive.register.session import reading
from archive.settings import ArchiveSettings
from archive.stores.interface import Store
from operations.backups.contents import put_back
from operations.backups.state import state_of
from operations.drill.only_read import OnlyRead
from operations.drill.samples import sample
from search import index
from search.choice import open_engine
from search.engine import Engine
from search.follower import handle


@dataclass(frozen=True)
class Restored:
    """What was restored.

    Attributes:
        state: of what is there now; its digest is that of the event at which digests can be compared.
        faults: sentences: packages in no store, stores that did not answer, faults of the ledger.
        adopted: packages found in the stores without an event.
        at_event: the event its digest is of.
        wanted: the digest the stores, or the backup, have for that event.
        samples: as `operations.drill.samples.Sample`.
        applied: events that happened after the backup and were applied to it.
        destroyed_since: case files that one of them destroyed.
    """

    state: dict[str, Any]
    faults: tuple[str, ...]
    adopted: tuple[str, ...]
    at_event: int
    wanted: str
    samples: tuple[dict[str, Any], ...] = ()
    applied: int = 0
    destroyed_since: int = 0


def from_stores(places: Sequence[Store], seal: int | None) -> Restored:
    """Make register, ledger and index from what lies in the stores."""
    report = rebuild(places=places)
    with reading() as session:
        state = state_of(session, seal=seal)
        faults = [str(fault) for fault in verify(session, places=places)]
    filled = index.rebuild()
    state = replace(
        state,
        digest=report.digest_after,
        index_documents=filled.documents,
        index_digest=filled.digest_after,
    )
    gone = [f"in no store: {name}" for name in report.missing]
    found = (*gone, *report.troubles, *faults)
    return Restored(state.facts(), found, report.adopted, report.at_event, report.digest_before)


def from_backup(folder: Path, places: Sequence[Store]) -> Restored:
    """Put a backup in place, and bring it up to what the stores know since.

    Raises:
        DrillError: the backup is not what it was.
        LedgerError: the stores' ledger is not the one the backup is of.
        TemporaryError: no store answers.
    """
    put_back(folder)
    with reading() as session:
        state = state_of(session)
        # The stores have gone on since; the ledger of the backup is proven by its own chain.
        faults = [str(fault) for fault in verify(session, places=[])]
    engine = open_engine()
    state = replace(state, index_documents=engine.count(), index_digest=index.digest(engine))
    since = catch_up(places=places)
    _follow(state.event, engine)
    faults += [f"in no store: {name}" for name in since.missing]
    if since.unequal:
        faults.append(
            "with the ledger's tail applied the register is not what the stores have a checkpoint of"
        )
    return Restored(
        state.facts(),
        tuple(faults),
        (),
        state.event,
        state.digest,
        applied=since.events,
        destroyed_since=len(since.destroyed),
    )


def _follow(seq: int, engine: Engine) -> None:
    """Make the index agree with the register for all that happened after an event."""
    while True:
        with reading() as session:
            events = list(read(session, after=seq, limit=200))
        if not events:
            return
        handle(events, engine=engine)
        seq = events[-1].seq


def main() -> int:
    """Restore, print one JSON line, and return 0; 2 with a sentence on the error stream when it cannot be done."""
    options = argparse.ArgumentParser()
    options.add_argument("--backup", type=Path)
    options.add_argument("--samples", type=int, default=20)
    options.add_argument("--seal", type=int)
    asked = options.parse_args()
    place = ArchiveSettings.load().data
    place.mkdir(parents=True, exist_ok=True)
    places = [OnlyRead(store) for store in stores()]
    try:
        made = from_backup(asked.backup, places) if asked.backup else from_stores(places, asked.seal)
        samples = sample(places, place, number=asked.samples, seed=made.state["digest"])
    except TangThuError as error:
        print(str(error), file=sys.stderr)
        return 2
    found = tuple({**asdict(one), "good": one.good} for one in samples)
    print(json.dumps(asdict(replace(made, samples=found)), ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
