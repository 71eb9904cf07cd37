"""Get the newest seal of the ledger time-stamped, and keep the stamp in every store and in the register."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from archive.copies import stores
from archive.errors import AlreadyStoredError
from archive.ledger.rows import SealRow
from archive.ledger.spread import spread
from archive.ledger.stamp import left_behind, owed, stamp_key, write_down
from archive.register.session import reading, transaction
from archive.settings import ArchiveSettings
from archive.stores.interface import Store
from archive.timestamps.ask import ask, judge


def stamp(*, now: datetime, places: Sequence[Store] | None = None) -> int:
    """Have the newest seal stamped; return its number, 0 when no authority is set or nothing is owed.

    Nobody waits for it: the authority is asked outside of any transaction. A run killed between the stores and the
    register is finished by the next one, with the stamp that lies in the stores.

    Raises:
        TemporaryError: the authority, or every store, does not answer; the stamp stays owed.
        TimestampError: what the authority answered cannot be taken; the stamp stays owed.
    """
    if not ArchiveSettings.load().tsa_url:
        return 0
    with reading() as session:
        debt = owed(session)
    if not debt.count:
        return 0
    used = list(stores() if places is None else places)
    by, imprint, key = judge(), bytes.fromhex(debt.chain), stamp_key(debt.number)
    given = left_behind(used, key, imprint, by) or ask(imprint, now=now, by=by)
    try:
        spread(used, key, given.token.der if given.token else b"")
    except AlreadyStoredError:
        # Another run was faster: its stamp is as good as ours, and the one in the stores is the one that counts.
        given = left_behind(used, key, imprint, by) or given
    with transaction() as session:
        row = session.get_one(SealRow, debt.number)
        if not row.timestamp_token:
            write_down(row, given)
    return debt.number
