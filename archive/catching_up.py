"""A register put back from an older backup is brought up to what the stores know: the ledger's sealed tail is applied.

So nothing comes back that was destroyed after the backup: every destruction is sealed into the stores in the moment it
is decided and carried out, and applying its event leaves the tombstone. Until this was done a restored register must
not be used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from archive.checkpoints import newest_checkpoint
from archive.copies import stores
from archive.evidence.keep import restore as restore_evidence
from archive.ledger.append import be_only_writer
from archive.ledger.restore import restore_from_segments
from archive.ledger.rows import EventRow
from archive.register.forgetting import forget
from archive.register.migrate import upgrade
from archive.register.session import engine, transaction
from archive.replaying import destroyed, replay
from archive.stores.interface import Store


@dataclass(frozen=True)
class CaughtUp:
    """What was applied.

    Attributes:
        events: how many events the stores knew and the backup did not.
        destroyed: ids of the case files that were destroyed by one of them.
        missing: names of packages stored since that no store has; their case files have no documents now.
        unequal: the stores have a checkpoint of one of these events, and the register is not what it says.
    """

    events: int
    destroyed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    unequal: bool = False


def catch_up(*, places: Sequence[Store] | None = None) -> CaughtUp:
    """Apply what the stores know and this register does not; stores are only read.

    One transaction: killed in between, nothing was applied; call again.

    Raises:
        LedgerError: the sealed ledger in the stores is not the one this register's events are from.
        TemporaryError: no store answers, so nobody can say what was destroyed since.
    """
    used = list(stores() if places is None else places)
    upgrade(engine())
    with transaction() as session:
        be_only_writer(session)
        known = session.scalar(select(func.max(EventRow.seq))) or 0
        events = restore_from_segments(session, used)
        restore_evidence(session, used)
        if not events:
            return CaughtUp(0)
        checkpoint = newest_checkpoint(known + events, places=used)
        compared = checkpoint if checkpoint is not None and checkpoint.seq > known else None
        replayed = replay(session, used, after=known, stop_at=compared.seq if compared else 0)
        gone = destroyed(session, after=known)
        # What a destroyed case file held is nowhere any more, also not in what a checkpoint before it was made of.
        later = bool(compared and destroyed(session, after=compared.seq))
    forget()
    unequal = compared is not None and not later and replayed.digest != compared.digest
    return CaughtUp(events, tuple(sorted(gone)), replayed.missing, unequal)
