"""The doctor on time-stamps: which seals and which packages still wait for one, since when, and why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from archive.errors import TangThuError
from archive.evidence.owed import Debt, debt
from archive.ledger.stamp import Owed, owed
from archive.reason import Reason, because
from archive.register.session import reading
from archive.settings import ArchiveSettings
from archive.timestamps.ask import ask
from operations.sign import Sign, sign

NAME = "time-stamps"
LATE = timedelta(minutes=15)
"""A stamp owed for longer means that something is wrong: sealing and stamping take some minutes by themselves."""
EVIDENCE = "evidence"
EVIDENCE_LATE = timedelta(hours=3)
"""Evidence is made every hour."""
NOTHING = bytes(32)
"""A stamp over it is asked for to learn why none can be had."""


def stamps() -> Iterator[Sign]:
    """Yield one sign: whether the newest seals are time-stamped."""
    now = datetime.now(UTC)
    try:
        with reading() as session:
            waiting = owed(session)
    except SQLAlchemyError:
        return  # the register's own sign says why
    if not ArchiveSettings.load().tsa_url:
        yield Sign(NAME, None, because("operations.stamps-not-set"), because("operations.set-authority"))
        return
    late = waiting.since is not None and now - waiting.since > LATE
    yield sign(
        NAME,
        because(
            "operations.stamps-owed",
            count=waiting.count,
            since=waiting.since,
            why=_why(bytes.fromhex(waiting.chain), now),
        )
        if late
        else None,
        _found(waiting),
        because("operations.mend-authority"),
    )


def evidence() -> Iterator[Sign]:
    """Yield one sign: whether every package has its evidence, and every old time-stamp was renewed."""
    now = datetime.now(UTC)
    try:
        with reading() as session:
            waiting = debt(session, now=now)
    except SQLAlchemyError:
        return  # the register's own sign says why
    counts = {"packages": waiting.packages, "renewals": waiting.renewals}
    if not ArchiveSettings.load().tsa_url:
        # Nobody can renew either: a time-stamp of an earlier authority runs out, and that is an illness.
        none = because("operations.evidence-without", **counts)
        yield Sign(EVIDENCE, False if waiting.renewals else None, none, because("operations.set-authority"))
        return
    since = _owed_since(waiting)
    trouble = None
    if since is not None and now - since > EVIDENCE_LATE:
        why = _why(NOTHING, now)
        trouble = because("operations.evidence-owed", **counts, since=since, why=why)
    found = because("operations.evidence-given", **counts)
    yield sign(EVIDENCE, trouble, found, because("operations.renew-evidence"))


def _owed_since(waiting: Debt) -> datetime | None:
    return min((at for at in (waiting.since, waiting.due) if at is not None), default=None)


def _found(waiting: Owed) -> Reason:
    where = ArchiveSettings.load().tsa_where
    if waiting.stamped_at is None:
        return because("operations.stamps-none-yet", where=where, count=waiting.count)
    return because("operations.stamps-given", where=where, at=waiting.stamped_at, count=waiting.count)


def _why(imprint: bytes, now: datetime) -> Reason:
    """Return why the authority's stamp cannot be had, by asking for it; what it gives is not kept."""
    try:
        ask(imprint, now=now)
    except TangThuError as error:
        return error.reason
    return because("operations.stamps-could-be-had")
