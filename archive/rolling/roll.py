"""One run of the round through all copies: read what is due, mend what is bad, say what cannot be mended.

What is read and in which order is in `round.py`, how it is written down in `look.py`. A case file that is being
destroyed is left alone. Safe to kill at any moment, and to run twice: the second finds the first at it.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from archive import fixity
from archive.alone import alone
from archive.copies import stores
from archive.errors import AlreadyStoredError, DamagedError, NotFoundError, OrderRefusedError, TemporaryError
from archive.register.session import reading, transaction
from archive.rolling.due import Due
from archive.rolling.look import ACTOR, look, write_down
from archive.rolling.round import StoreRound, answers, note_away
from archive.rolling.standing import has_good_copy
from archive.settings import ArchiveSettings
from archive.stores.interface import Store

log = logging.getLogger(__name__)

RUN_SECONDS = 540.0
"""A run ends before the next is asked for (`archive.queue`, every ten minutes)."""
BATCH_COPIES = 200
BATCH_BYTES = 2 * 2**30
WORK = "the round through the copies"


@dataclass
class Rolled:
    """What one run did.

    Attributes:
        copies, size: read, with those that were bad.
        mended: "store:name" of each copy that was written again.
        lost: names of what no store has a good copy of.
        troubles: sentences: what could not be mended now; also where the only good copy is in a store that is away.
        away: stores that did not answer.
    """

    copies: int = 0
    size: int = 0
    mended: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    away: list[str] = field(default_factory=list)


def roll(
    now: datetime,
    *,
    places: Sequence[Store] | None = None,
    everything: bool = False,
    seconds: float = RUN_SECONDS,
) -> Rolled:
    """Read the copies that are due and mend the bad ones; return what came of it.

    Opens its own transactions; none is open while copies are read or written.

    Args:
        now: aware time.
        places: stores instead of the configured ones.
        everything: read every copy last looked at before `now`, whatever is due and however long it takes.
        seconds: no batch is begun after.

    Raises:
        TemporaryError: somebody is at it already.
    """
    done = Rolled()
    until = float("inf") if everything else time.monotonic() + seconds
    with alone(WORK), ThreadPoolExecutor(ArchiveSettings.load().fixity_readers) as pool:
        rounds: dict[str, StoreRound] = {}
        for store in stores() if places is None else places:
            if answers(store):
                rounds[store.name] = StoreRound(store, now, everything=everything, seconds=seconds)
            else:
                done.away.append(store.name)
        with transaction() as session:
            for name in done.away:
                note_away(session, name, now)
        going = dict(rounds)
        while going and time.monotonic() < until:
            _batch(going, pool, done, now, places)
        with transaction() as session:
            for one in rounds.values():
                one.ended(session)
    return done


def _batch(
    going: dict[str, StoreRound],
    pool: ThreadPoolExecutor,
    done: Rolled,
    now: datetime,
    places: Sequence[Store] | None,
) -> None:
    """Read one batch over all stores that still have something due; drop those that have not."""
    batch: list[tuple[Due, bool]] = []
    for name, one in list(going.items()):
        taken = one.batch(BATCH_COPIES, BATCH_BYTES)
        if not taken:
            del going[name]
        batch += taken
    if not batch:
        return
    # Side by side, so that one slow disk does not have all the readers.
    batch.sort(key=lambda pair: (pair[0].checked_at is not None, pair[0].checked_at or now, pair[0].id))
    used = {name: one.store for name, one in going.items()}
    found = look([due for due, _ in batch], used, pool)
    silent = {due.store for due in found.silent}
    good = set(found.good)
    # What is bad costs nothing: what cannot be written down now (it is being destroyed) would else take the share of
    # what comes behind it, at every run.
    spent: dict[str, int] = defaultdict(int)
    for due, counts in batch:
        if due.store not in silent:
            spent[due.store] += due.size if counts and due in good else 0
    with transaction() as session:
        write_down(session, found.good, now=now)
        for store, size in spent.items():
            going[store].done(session, size)
        for store in silent:
            going[store].silent(session)
    for store in silent:
        log.warning("store %s stopped answering; its copies are looked at when it is back", store)
        done.away.append(store)
        del going[store]
    done.copies += len(batch) - len(found.silent)
    done.size += sum(due.size for due, _ in batch if due.store not in silent)
    for kind, id in found.bad:
        _mend(kind, id, done, now, places)


def _mend(kind: str, id: str, done: Rolled, now: datetime, places: Sequence[Store] | None) -> None:
    try:
        mended = fixity.repair(id, actor=ACTOR, now=now, places=places, kind=kind)
    except (NotFoundError, OrderRefusedError):
        return  # destroyed meanwhile, or being destroyed at this moment: what is missing then is no fault
    except DamagedError as error:
        with reading() as session:
            known = has_good_copy(session, kind, id)
        if known:
            done.troubles.append(f"{error.place}: the good copy is in a store that does not answer now")
        else:
            log.error("no store has a good copy of %s: look for it in the backups, at once", error.place)
            done.lost.append(error.place)
    except (TemporaryError, AlreadyStoredError) as error:
        log.warning("%s %s cannot be mended now: %s", kind, id, error)
        done.troubles.append(str(error))
    else:
        done.mended += [f"{store}:{kind} {id}" for store in mended]
