"""Make a round of evidence: one hash tree and one time-stamp over everything that needs one now.

What needs one: packages without evidence; and time-stamps, of rounds and of ledger seals, whose certificates run out
within `[archive] tsa_renew_days`. Of one that was given later than that, half of the time it had left must be over:
an authority near the end of its certificate gives no better one, and each round would renew the round before.
Renewing means that the old token's hash becomes a leaf of the new tree (time-stamp renewal, RFC 4998 section 5.2), so
an object's chain of time-stamps goes on without its bytes being read.
"""

from __future__ import annotations

import base64
import hashlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from archive.alone import alone
from archive.copies import stores
from archive.errors import NotFoundError, TemporaryError
from archive.evidence.errors import EvidenceError
from archive.evidence.hashtree import root
from archive.evidence.roundfile import PACKAGE, ROUND, STAMP, Leaf, Round, key_of, parse
from archive.ledger.rows import EvidenceLeafRow, EvidenceRoundRow, SealRow
from archive.ledger.spread import spread
from archive.register.models import Copy, CopyState, Package
from archive.register.session import reading, transaction
from archive.settings import ArchiveSettings
from archive.stores.interface import Store, read_whole
from archive.timestamps.ask import ask, judge
from archive.timestamps.judge import Judge, Judgement

log = logging.getLogger(__name__)

MOST = 50_000
"""Leaves in one round; what is left over gets the next."""


@dataclass(frozen=True)
class Made:
    """A round that was made, or none: number 0.

    Attributes:
        packages: how many got their first evidence; renewed: how many time-stamps were renewed.
    """

    number: int = 0
    packages: int = 0
    renewed: int = 0


def owed(session: Session, *, now: datetime) -> list[Leaf]:
    """Return what needs evidence now, `MOST` at most; renewals come first, because they have a last day."""
    days = timedelta(days=ArchiveSettings.load().tsa_renew_days)
    found = [*_old_rounds(session, now, days), *_old_stamps(session, now, days)][:MOST]
    return found + list(_packages(session, MOST - len(found)))


def make_round(*, now: datetime, places: Sequence[Store] | None = None) -> Made:
    """Make the next round if anything needs one and an authority is set; say what was done.

    The authority is asked outside of any transaction. A run killed between the stores and the register is finished by
    the next one, with the round that lies in the stores.

    Raises:
        TemporaryError: the authority, or every store, does not answer; or another process makes one now.
        TimestampError: what the authority answered cannot be taken.
    """
    if not ArchiveSettings.load().tsa_url:
        return Made()
    used = list(stores() if places is None else places)
    with alone("rounds of evidence"):
        with reading() as session:
            number = (session.scalar(select(func.max(EvidenceRoundRow.number))) or 0) + 1
            leaves = owed(session, now=now)
        by = judge()
        made, given = _left_behind(used, number, by)
        if made is None or given is None:
            if not leaves:
                return Made()
            given = ask(root([bytes.fromhex(leaf.sha256) for leaf in leaves]), now=now, by=by)
            made = Round(number, tuple(sorted(leaves)), given.token.der if given.token else b"")
            spread(used, key_of(number), made.to_bytes())
        with transaction() as session:
            write_down(session, made, given)
    packages = sum(leaf.kind == PACKAGE for leaf in made.leaves)
    return Made(number, packages, len(made.leaves) - packages)


def write_down(session: Session, made: Round, given: Judgement) -> None:
    """Put a round into the register's tables."""
    session.add(
        EvidenceRoundRow(
            number=made.number,
            timestamp_token=base64.b64encode(made.token).decode(),
            stamped_at=given.token.at if given.token else None,
            stamp_until=given.until,
        )
    )
    session.flush()
    session.add_all(
        EvidenceLeafRow(round=made.number, kind=leaf.kind, ref=leaf.ref, sha256=leaf.sha256)
        for leaf in made.leaves
    )
    session.flush()


def round_of(session: Session, number: int) -> Round:
    """Return a round as the register has it.

    Raises:
        EvidenceError: there is none of that number.
    """
    row = session.get(EvidenceRoundRow, number)
    if row is None:
        raise EvidenceError(f"there is no round {number} of evidence")
    leaves = session.scalars(select(EvidenceLeafRow).where(EvidenceLeafRow.round == number))
    found = sorted(Leaf(leaf.sha256, leaf.kind, leaf.ref) for leaf in leaves)
    try:
        token = base64.b64decode(row.timestamp_token, validate=True)
    except ValueError:
        token = b""  # somebody changed it; it is no time-stamp, and whoever judges it says so
    return Round(number, tuple(found), token)


def _left_behind(
    places: Sequence[Store], number: int, by: Judge
) -> tuple[Round, Judgement] | tuple[None, None]:
    """Return the round of that number a killed run left in a store; put aside what is none or not good."""
    key = key_of(number)
    for store in places:
        try:
            found = parse(read_whole(store, key), f"{store.name}:{key}")
            given = by.judge(found.token, root(found.hashes))
            if given.good and found.number == number:
                return found, given
            log.warning("%s:%s is not good: %s", store.name, key, given.faults)
        except (NotFoundError, TemporaryError):
            continue
        except EvidenceError as error:
            log.warning("%s", error)
        try:
            store.quarantine(key)
        except (NotFoundError, TemporaryError) as error:
            log.warning("%s", error)
    return None, None


def _none_yet(kind: str, ref: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[bool]:
    leaf = select(EvidenceLeafRow.ref).where(EvidenceLeafRow.kind == kind, EvidenceLeafRow.ref == ref)
    return ~leaf.exists()


def _packages(session: Session, limit: int) -> Iterator[Leaf]:
    kept = select(Copy.package_id).where(Copy.package_id == Package.id, Copy.state != CopyState.ERASED)
    query = select(Package.id, Package.sha256).where(_none_yet(PACKAGE, Package.id), kept.exists())
    for row in session.execute(query.order_by(Package.made_at, Package.id).limit(max(limit, 0))):
        yield Leaf(row.sha256, PACKAGE, row.id)


def is_due(stamped_at: datetime | None, until: datetime | None, now: datetime, days: timedelta) -> bool:
    """Say whether a time-stamp is to be renewed now: so long before its end, or after half of a shorter life. Pure."""
    if until is None:
        return False  # nobody vouches for it; a new stamp over it would prove nothing
    return now > until - (days if stamped_at is None else min(days, (until - stamped_at) / 2))


def _old_rounds(session: Session, now: datetime, days: timedelta) -> Iterator[Leaf]:
    query = select(EvidenceRoundRow).where(
        EvidenceRoundRow.stamp_until < now + days, _none_yet(ROUND, cast(EvidenceRoundRow.number, String))
    )
    for row in session.scalars(query.order_by(EvidenceRoundRow.stamp_until).limit(MOST)):
        if is_due(row.stamped_at, row.stamp_until, now, days):
            yield Leaf(_hash_of(row.timestamp_token), ROUND, str(row.number))


def _old_stamps(session: Session, now: datetime, days: timedelta) -> Iterator[Leaf]:
    query = select(SealRow).where(
        SealRow.timestamp_token != "",
        SealRow.stamp_until < now + days,
        _none_yet(STAMP, cast(SealRow.number, String)),
    )
    for row in session.scalars(query.order_by(SealRow.stamp_until).limit(MOST)):
        if is_due(row.stamped_at, row.stamp_until, now, days):
            yield Leaf(_hash_of(row.timestamp_token), STAMP, str(row.number))


def _hash_of(token: str) -> str:
    return hashlib.sha256(base64.b64decode(token)).hexdigest()
