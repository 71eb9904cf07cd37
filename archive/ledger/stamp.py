"""The seals' time-stamps by a third party (RFC 3161): which are owed, and where they lie (`archive.stamping` asks).

The imprint is the seal's chain value itself: SHA-256(previous chain || root). Since every chain value holds all those
before it, one stamp proves of every event sealed until then that it existed; so only the newest seal is stamped, and
while the authority is down the seals in between simply wait: they are *owed*, and one stamp pays for all of them.
The stamp lies beside the immutable segment as `_ledger/stamp-000001.tst`, the token in DER.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from archive.errors import NotFoundError, TemporaryError
from archive.ledger.rows import SealRow
from archive.ledger.segment import FOLDER
from archive.stores.interface import Store, read_whole
from archive.timestamps.errors import TimestampError
from archive.timestamps.judge import Judge, Judgement
from archive.timestamps.token import ALGORITHM, read

log = logging.getLogger(__name__)

PREFIX = f"{FOLDER}/stamp-"


def stamp_key(number: int) -> str:
    """Return the name of a seal's time-stamp in every store."""
    return f"{PREFIX}{number:06d}.tst"


@dataclass(frozen=True)
class Owed:
    """Seals no time-stamp covers yet.

    Attributes:
        count: how many; 0 when the newest seal is stamped.
        since: when the oldest of them was sealed.
        number, chain: of the newest, which the next stamp is for.
        stamped_at: time of the newest stamp there is.
    """

    count: int = 0
    since: datetime | None = None
    number: int = 0
    chain: str = ""
    stamped_at: datetime | None = None


def owed(session: Session) -> Owed:
    """Return which seals wait for a time-stamp."""
    stamped = (
        select(SealRow.number, SealRow.stamped_at)
        .where(SealRow.timestamp_token != "")
        .order_by(SealRow.number.desc())
        .limit(1)
    )
    last = session.execute(stamped).first()
    after = last.number if last else 0
    at = last.stamped_at if last else None
    newest = session.execute(
        select(SealRow.number, SealRow.chain)
        .where(SealRow.number > after)
        .order_by(SealRow.number.desc())
        .limit(1)
    ).first()
    if newest is None:
        return Owed(stamped_at=at)
    since = session.scalar(select(func.min(SealRow.sealed_at)).where(SealRow.number > after))
    count = session.scalar(select(func.count()).where(SealRow.number > after)) or 0
    return Owed(count, since, newest.number, newest.chain, at)


def stamp_over(number: int) -> Select[int, str, datetime | None]:
    """Return the query for the first time-stamp that covers a seal: its own, or that of the next stamped one."""
    return (
        select(SealRow.number, SealRow.timestamp_token, SealRow.stamped_at)
        .where(SealRow.number >= number, SealRow.timestamp_token != "")
        .order_by(SealRow.number)
        .limit(1)
    )


def write_down(row: SealRow, given: Judgement) -> None:
    """Put a stamp that was found good into the register's row of its seal."""
    if given.token is None or given.until is None:
        raise ValueError("a stamp that is not good is never written down")
    row.timestamp_token = base64.b64encode(given.token.der).decode()
    row.stamped_at, row.stamp_until = given.token.at, given.until


def token_of(row: SealRow) -> bytes | None:
    """Return the register's time-stamp of a seal in DER; None when it is none over this seal, whoever gave it."""
    try:
        token = read(base64.b64decode(row.timestamp_token, validate=True))
    except (ValueError, TimestampError):
        return None
    return token.der if (token.algorithm, token.imprint.hex()) == (ALGORITHM, row.chain) else None


def left_behind(places: Sequence[Store], key: str, imprint: bytes, by: Judge) -> Judgement | None:
    """Return the good stamp some store has; put aside those that are not good."""
    for store in places:
        try:
            found = by.judge(read_whole(store, key), imprint)
            if found.good:
                return found
            aside = store.quarantine(key)
        except (NotFoundError, TemporaryError):
            continue
        log.warning("%s:%s is no good stamp (%s); it is %s now", store.name, key, found.faults[0], aside)
    return None
