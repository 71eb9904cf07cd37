"""Make a round of evidence: one hash tree and one time-stamp over everything that needs one now.

What needs one: packages without evidence; and time-stamps, of rounds and of ledger seals, whose certificates run out
(`archive.evidence.owed`). Renewing means that the old token's hash becomes a leaf of the new tree (time-stamp
renewal, RFC 4998 section 5.2), so an object's chain of time-stamps goes on without its bytes being read. When
`[archive] evidence_hash` names a stronger hash, every package is read and begins a new chain (hash-tree renewal).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select

from archive.alone import alone
from archive.copies import stores
from archive.errors import TemporaryError
from archive.evidence.errors import EvidenceError
from archive.evidence.export import Ways
from archive.evidence.hashtree import root
from archive.evidence.left_behind import left_behind
from archive.evidence.owed import next_round
from archive.evidence.rehash import in_tree
from archive.evidence.roundfile import PACKAGE, Leaf, Round, key_of
from archive.evidence.rounds_known import write_down
from archive.ledger.rows import EvidenceRoundRow
from archive.ledger.spread import spread
from archive.register.models import Package
from archive.register.session import reading, transaction
from archive.settings import ArchiveSettings
from archive.stores.interface import Store
from archive.timestamps.ask import ask, judge
from archive.timestamps.token import ALGORITHM, ALGORITHMS

log = logging.getLogger(__name__)

READ_MOST = 20 * 2**30
"""Bytes of packages read for one round with a stronger hash; what is left over gets the next."""


@dataclass(frozen=True)
class Made:
    """A round that was made, or none: number 0.

    Attributes:
        packages: how many got their first evidence; renewed: how many time-stamps were renewed.
    """

    number: int = 0
    packages: int = 0
    renewed: int = 0


def make_rounds(*, now: datetime, places: Sequence[Store] | None = None) -> list[Made]:
    """Make what rounds are needed, one for each hash algorithm; errors as `make_round`."""
    made = []
    for _ in ALGORITHMS:
        one = make_round(now=now, places=places)
        if not one.number:
            break
        made.append(one)
    return made


def make_round(*, now: datetime, places: Sequence[Store] | None = None) -> Made:
    """Make the next round if anything needs one and an authority is set; say what was done.

    The authority is asked outside of any transaction. A run killed between the stores and the register is finished by
    the next one, with the round that lies in the stores.

    Raises:
        TemporaryError: the authority, or every store, does not answer; or another process makes one now.
        TimestampError: what the authority answered cannot be taken.
        EvidenceError: the stores hold a round that is ahead of the register.
    """
    if not ArchiveSettings.load().tsa_url:
        return Made()
    used = list(stores() if places is None else places)
    with alone("rounds of evidence"):
        with reading() as session:
            number = (session.scalar(select(func.max(EvidenceRoundRow.number))) or 0) + 1
            algorithm, leaves = next_round(session, now=now)
        by = judge()
        made, given = left_behind(used, number, by)
        if made is None or given is None:
            leaves = list(_rehashed(leaves, algorithm, used))
            if not leaves:
                return Made()
            given = ask(root([leaf.in_tree for leaf in leaves], algorithm), algorithm, now=now, by=by)
            token = given.token.der if given.token else b""
            made = Round(number, tuple(sorted(leaves)), token, algorithm)
            spread(used, key_of(number), made.to_bytes())
        with transaction() as session:
            write_down(session, made, given)
    packages = sum(leaf.kind == PACKAGE for leaf in made.leaves)
    return Made(number, packages, len(made.leaves) - packages)


def _rehashed(leaves: Sequence[Leaf], algorithm: str, places: Sequence[Store]) -> Iterator[Leaf]:
    """Yield the leaves as they stand in the tree; packages are read for a stronger hash, so many bytes at a time.

    One no store gives as it was is left out: it stays owed, and holds up no other.
    """
    read = 0
    with reading() as session:
        ways = Ways(session)
        for leaf in leaves:
            if leaf.kind != PACKAGE or algorithm == ALGORITHM:
                yield leaf
                continue
            row = session.execute(select(Package.name, Package.size).where(Package.id == leaf.ref)).one()
            if read and read + row.size > READ_MOST:
                return
            read += row.size
            try:
                hashed = in_tree(ways, leaf.ref, row.name, leaf.sha256, algorithm, places)
            except (TemporaryError, EvidenceError) as error:
                log.warning("no evidence with %s for %s: %s", algorithm, row.name, error)
                continue
            yield replace(leaf, hash=hashed)
