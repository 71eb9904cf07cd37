"""Hash trees of RFC 4998 section 4.2: sorted groups hashed, and the reduced tree from one hash to the root.

Not the trees of the ledger's seals (RFC 6962): there is no byte before a hash here, and a group is sorted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

Reduced = list[list[bytes]]
"""Lists of hashes: first the object's own with its brothers, then the brothers of each father."""


def group(hashes: Iterable[bytes]) -> bytes:
    """Return the hash of a group: SHA-256 over its hashes in binary ascending order."""
    return hashlib.sha256(b"".join(sorted(hashes))).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the root over these hashes (at least one; order and repetition do not matter). One alone is the root."""
    return _levels(leaves)[-1][0]


def reduced(leaves: Sequence[bytes], leaf: bytes) -> Reduced:
    """Return the reduced tree of one of the hashes; empty when it is the only one.

    Raises:
        ValueError: it is none of them.
    """
    levels = _levels(leaves)
    found: Reduced = []
    at = levels[0].index(leaf)
    for level in levels[:-1]:
        brother = at ^ 1
        if brother < len(level):  # the last of an odd number goes up alone
            found.append([level[brother]] if found else sorted([leaf, level[brother]]))
        at //= 2
    return found


def climbed(leaf: bytes, lists: Reduced) -> bytes | None:
    """Return the root a reduced tree leads to (RFC 4998 section 4.3); None when it does not hold the leaf."""
    if not lists:
        return leaf
    if leaf not in lists[0]:
        return None
    result = group(lists[0])
    for brothers in lists[1:]:
        result = group([*brothers, result])
    return result


def _levels(leaves: Sequence[bytes]) -> list[list[bytes]]:
    level = sorted(set(leaves))
    levels = [level]
    while len(level) > 1:
        level = [group(level[n : n + 2]) if n + 1 < len(level) else level[n] for n in range(0, len(level), 2)]
        levels.append(level)
    return levels
