"""Checkpoints: the register's digest at an event, kept in the stores.

When the register is lost, a checkpoint tells what a rebuild must come to. It is written with everything
sealed and no writer in between, so that the digest is exactly that of the events up to its number.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.copies import stores
from archive.errors import AlreadyStoredError, NotFoundError, TemporaryError
from archive.ledger.append import be_only_writer
from archive.ledger.event import stamp
from archive.ledger.rows import EventRow
from archive.ledger.seal import seal
from archive.ledger.segment import FOLDER
from archive.register.digest import digest
from archive.settings import ArchiveSettings
from archive.stores.interface import Store

PREFIX = f"{FOLDER}/checkpoint-"
KEPT = 3
"""How many of the newest checkpoints a store keeps."""


@dataclass(frozen=True)
class Checkpoint:
    """What the register's digest was after an event."""

    seq: int
    digest: str
    at: str


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
    made = Checkpoint(seq, digest(session), stamp(now))
    _put(made, used)
    return made


def newest_checkpoint(up_to: int, *, places: Sequence[Store] | None = None) -> Checkpoint | None:
    """Return the newest checkpoint not later than that event, from whichever store has it."""
    found: list[Checkpoint] = []
    for store in stores() if places is None else places:
        try:
            for name in store.names(PREFIX):
                with store.open(name) as stream:
                    found.append(Checkpoint(**json.loads(stream.read())))
        except (TemporaryError, NotFoundError, ValueError, TypeError):
            continue  # damaged or away: another store has it
    fitting = [checkpoint for checkpoint in found if checkpoint.seq <= up_to]
    return max(fitting, key=lambda checkpoint: checkpoint.seq, default=None)


def _put(checkpoint: Checkpoint, places: Sequence[Store]) -> None:
    work = ArchiveSettings.load().data / "work"
    work.mkdir(parents=True, exist_ok=True)
    name = f"{PREFIX}{checkpoint.seq:012d}.json"
    troubles = []
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", prefix="checkpoint-", dir=work) as file:
        file.write(json.dumps(asdict(checkpoint)) + "\n")
        file.flush()
        for store in places:
            try:
                store.put(name, Path(file.name))
                for old in sorted(store.names(PREFIX))[:-KEPT]:
                    store.erase(old)
            except AlreadyStoredError:
                # The same events at another time: the digest in it says the same, or `rebuild` will say so.
                continue
            except TemporaryError as error:
                troubles.append(str(error))
    if len(troubles) == len(places):
        raise TemporaryError(f"no store took {name}: " + "; ".join(troubles))
