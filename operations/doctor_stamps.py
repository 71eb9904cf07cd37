"""The doctor on the ledger's time-stamps: which seals still wait for one, since when, and why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from archive.errors import TangThuError
from archive.ledger.stamp import Owed, owed
from archive.reason import Reason, because
from archive.register.session import reading
from archive.settings import ArchiveSettings
from archive.timestamps.ask import ask
from operations.sign import Sign, sign

NAME = "time-stamps"
LATE = timedelta(minutes=15)
"""A stamp owed for longer means that something is wrong: sealing and stamping take some minutes by themselves."""


def stamps() -> Iterator[Sign]:
    """Yield one sign: whether the newest seals are time-stamped."""
    now = datetime.now(UTC)
    try:
        with reading() as session:
            debt = owed(session)
    except SQLAlchemyError:
        return  # the register's own sign says why
    if not ArchiveSettings.load().tsa_url:
        yield Sign(NAME, None, because("operations.stamps-not-set"), because("operations.set-authority"))
        return
    late = debt.since is not None and now - debt.since > LATE
    yield sign(
        NAME,
        because("operations.stamps-owed", count=debt.count, since=debt.since, why=_why(debt, now))
        if late
        else None,
        _found(debt),
        because("operations.mend-authority"),
    )


def _found(debt: Owed) -> Reason:
    where = ArchiveSettings.load().tsa_where
    if debt.stamped_at is None:
        return because("operations.stamps-none-yet", where=where, count=debt.count)
    return because("operations.stamps-given", where=where, at=debt.stamped_at, count=debt.count)


def _why(debt: Owed, now: datetime) -> Reason:
    """Return why the authority's stamp cannot be had, by asking for it; what it gives is not kept."""
    try:
        ask(bytes.fromhex(debt.chain), now=now)
    except TangThuError as error:
        return error.reason
    return because("operations.stamps-could-be-had")
