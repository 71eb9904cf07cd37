"""Checkpoints: the register's digest at an event, kept in the stores.

When the register is lost, a checkpoint tells what a rebuild must come to. It is written with everything
sealed and no writer in between, so that the digest is exactly that of the events up to its number.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.copies import stores
from archive.errors import AlreadyStoredError, NotFoundError, TemporaryError
from archive.ledger.append import be_only_writer
from archive.ledger.event import stamp
from archive.ledger.rows import EventRow
from archive.ledger.seal import seal
from archive.ledger.segment import FOLDER
from archive.register.digest import digest, form
from archive.stores.interface import Store, read_whole
from archive.workplace import at_work

PREFIX = f"{FOLDER}/checkpoint-"
KEPT = 3
"""How many of the newest checkpoints a store keeps."""


@dataclass(frozen=True)
class Checkpoint:
    """What the register's digest was after an event.

    Attributes:
        form: of the digest (`archive.register.digest.form`); an upgrade that adds a column makes it another.
    """

    seq: int
    digest: str
    at: str
    form: str = ""


def write_checkpoint(
    session: Session, *, now: datetime, places: Sequence[Store] | None = None
) -> Checkpoint | None:
    """Seal the ledger, write the register's digest into every store, and return it; None without events.

    Nobody can write while it runs: a large register is for a quiet hour.

    Args:
        session: a transaction of its own.
        now: aware time.
        places: stores instead of the configured ones.

    Raises:
        TemporaryError: no store took it.
        LedgerError: as `archive.ledger.seal.seal`.
    """
    be_only_writer(session)
    used = list(stores() if places is None else places)
    seal(session, now=now, places=used)
    seq = session.scalar(select(func.max(EventRow.seq)))
    if seq is None:
        return None
    made = Checkpoint(seq, digest(session), stamp(now), form())
    _put(made, used)
    return made


def checkpoint_is_due(session: Session, *, places: Sequence[Store] | None = None) -> bool:
    """Say whether something happened after the newest checkpoint any store has, or none has one of this form."""
    last = session.scalar(select(func.max(EventRow.seq))) or 0
    newest = newest_checkpoint(last, places=places)
    return last > (newest.seq if newest else 0)


def newest_checkpoint(up_to: int, *, places: Sequence[Store] | None = None) -> Checkpoint | None:
    """Return the newest checkpoint not later than that event, from whichever store has it.

    Only one that can be compared with a digest made now: those of another form are passed over.
    """
    found: list[Checkpoint] = []
    for store in stores() if places is None else places:
        try:
            for name in store.names(PREFIX):
                found.append(Checkpoint(**json.loads(read_whole(store, name))))
        except (TemporaryError, NotFoundError, ValueError, TypeError):
            continue  # damaged or away: another store has it
    fitting = [checkpoint for checkpoint in found if checkpoint.seq <= up_to and checkpoint.form == form()]
    return max(fitting, key=lambda checkpoint: checkpoint.seq, default=None)


def _put(checkpoint: Checkpoint, places: Sequence[Store]) -> None:
    name = f"{PREFIX}{checkpoint.seq:012d}-{checkpoint.form[:8]}.json"
    troubles = []
    with at_work("checkpoint-") as folder:
        file = folder / "checkpoint"
        file.write_text(json.dumps(asdict(checkpoint)) + "\n", encoding="utf-8")
        for store in places:
            try:
                store.put(name, file)
                for old in sorted(store.names(PREFIX))[:-KEPT]:
                    store.erase(old)
            except AlreadyStoredError:
                # The same events at another time: the digest in it says the same, or `rebuild` will say so.
                continue
            except TemporaryError as error:
                troubles.append(str(error))
    if len(troubles) == len(places):
        raise TemporaryError(f"no store took {name}: " + "; ".join(troubles))
