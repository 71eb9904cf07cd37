"""Take up the round a killed run left in the stores, when it is of what this register owes and of nothing else.

Against whom: somebody who can write a store. A token says that a tree existed, not whose it is: the file of another
round under this number, or the same hashes with the names of other packages, have good tokens too. Taken up, such a
round would count as the evidence of packages it is not of, and they would never get their own.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy.orm import Session

from archive.errors import NotFoundError, TemporaryError
from archive.evidence.errors import EvidenceError
from archive.evidence.export import Ways
from archive.evidence.owed import AT_ONCE, hash_of, of_register
from archive.evidence.rehash import in_tree
from archive.evidence.roundfile import PACKAGE, ROUND, STAMP, Round, key_of, parse
from archive.ledger.rows import EvidenceRoundRow
from archive.reason import because
from archive.register.models import Package
from archive.register.session import reading
from archive.stores.interface import Store, read_whole
from archive.timestamps.judge import Judge, Judgement
from archive.timestamps.token import ALGORITHM

log = logging.getLogger(__name__)


class Whose(StrEnum):
    """Whose a round is, by the names and hashes in it."""

    OURS = "ours"  # the register has all of it, with these hashes
    AHEAD = "ahead"  # it names what the register does not know; nothing in it contradicts the register
    FALSE = "false"  # it has another hash for something, or something that has its evidence already


def whose(session: Session, made: Round) -> Whose:
    """Return whose a round is that the register does not have yet."""
    found = Whose.OURS
    kinds: dict[str, dict[str, str]] = defaultdict(dict)
    if any(leaf.hash for leaf in made.leaves) == (made.algorithm == ALGORITHM):
        return Whose.FALSE
    for leaf in made.leaves:
        if leaf.kind not in (PACKAGE, ROUND, STAMP) or leaf.ref in kinds[leaf.kind]:
            return Whose.FALSE
        kinds[leaf.kind][leaf.ref] = leaf.sha256
    for kind, hashes in kinds.items():
        refs = list(hashes)
        for start in range(0, len(refs), AT_ONCE):
            some = refs[start : start + AT_ONCE]
            here = of_register(session, kind, some, made.algorithm)
            if any(here[ref] != (hashes[ref], False) for ref in here):
                return Whose.FALSE
            if len(here) < len(some):
                found = Whose.AHEAD
    return found


def _is_hashed_right(session: Session, made: Round, places: Sequence[Store]) -> bool:
    """Say whether what stands in a tree of a stronger hash is what the names beside it say; packages are read."""
    if made.algorithm == ALGORITHM:
        return True
    ways = Ways(session)
    for leaf in made.leaves:
        if leaf.kind == PACKAGE:
            row = session.get_one(Package, leaf.ref)
            right = in_tree(ways, leaf.ref, row.name, leaf.sha256, made.algorithm, places)
        else:
            before = session.get(EvidenceRoundRow, int(leaf.ref)) if leaf.kind == ROUND else None
            if before is None or before.algorithm != made.algorithm:
                return False
            right = hash_of(before.timestamp_token, made.algorithm)
        if leaf.hash != right:
            return False
    return True


def left_behind(
    places: Sequence[Store], number: int, by: Judge
) -> tuple[Round, Judgement] | tuple[None, None]:
    """Return the round of that number a killed run left in a store; put aside what is none, not good, or false.

    Raises:
        EvidenceError: a good round names what the register does not know; it is left where it is.
    """
    key = key_of(number)
    for store in places:
        place = f"{store.name}:{key}"
        try:
            found = parse(read_whole(store, key), place)
            given = by.judge(found.token, found.root, found.algorithm)
            if given.good and found.number == number:
                with reading() as session:
                    ours = whose(session, found)
                    if ours is Whose.OURS and not _is_hashed_right(session, found, places):
                        ours = Whose.FALSE
                if ours is Whose.OURS:
                    return found, given
                if ours is Whose.AHEAD:
                    raise EvidenceError(because("archive.evidence-round-ahead", place=place))
            log.warning("%s is put aside: not good, or not of this register: %s", place, given.faults)
        except (NotFoundError, TemporaryError):
            continue
        except EvidenceError as error:
            if error.reason.code == "archive.evidence-round-ahead":
                raise
            log.warning("%s", error)
        try:
            store.quarantine(key)
        except (NotFoundError, TemporaryError) as error:
            log.warning("%s", error)
    return None, None
