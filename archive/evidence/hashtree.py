"""Hash trees of RFC 4998 section 4.2: sorted groups hashed, and the reduced tree from one hash to the root.

Not the trees of the ledger's seals (RFC 6962): there is no byte before a hash here, and a group is sorted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from archive.timestamps.token import ALGORITHM

Reduced = list[list[bytes]]
"""Lists of hashes: first the object's own with its brothers, then the brothers of each father."""


def hashed(data: bytes, algorithm: str = ALGORITHM) -> bytes:
    """Return the hash of some bytes."""
    return hashlib.new(algorithm, data).digest()


def group(hashes: Iterable[bytes], algorithm: str = ALGORITHM) -> bytes:
    """Return the hash of a group: over its hashes in binary ascending order."""
    return hashed(b"".join(sorted(hashes)), algorithm)


class Tree:
    """The tree over some hashes (at least one; order and repetition do not matter). One alone is the root.

    Args:
        leaves: the hashes.
        algorithm: with which they are hashed together.
    """

    def __init__(self, leaves: Iterable[bytes], algorithm: str = ALGORITHM) -> None:
        level = sorted(set(leaves))
        self._levels = [level]
        while len(level) > 1:
            level = [
                group(level[n : n + 2], algorithm) if n + 1 < len(level) else level[n]
                for n in range(0, len(level), 2)
            ]
            self._levels.append(level)
        self._at = {leaf: at for at, leaf in enumerate(self._levels[0])}

    @property
    def root(self) -> bytes:
        """Return the root."""
        return self._levels[-1][0]

    def reduced(self, leaf: bytes) -> Reduced:
        """Return the reduced tree of one of the hashes; empty when it is the only one.

        Raises:
            ValueError: it is none of them.
        """
        if leaf not in self._at:
            raise ValueError("the tree does not hold this hash")
        found: Reduced = []
        at = self._at[leaf]
        for level in self._levels[:-1]:
            brother = at ^ 1
            if brother < len(level):  # the last of an odd number goes up alone
                found.append([level[brother]] if found else sorted([leaf, level[brother]]))
            at //= 2
        return found


def root(leaves: Sequence[bytes], algorithm: str = ALGORITHM) -> bytes:
    """Return the root over these hashes."""
    return Tree(leaves, algorithm).root


def reduced(leaves: Sequence[bytes], leaf: bytes, algorithm: str = ALGORITHM) -> Reduced:
    """Return the reduced tree of one of the hashes, as `Tree.reduced`."""
    return Tree(leaves, algorithm).reduced(leaf)


def climbed(leaf: bytes, lists: Reduced, algorithm: str = ALGORITHM) -> bytes | None:
    """Return the root a reduced tree leads to (RFC 4998 section 4.3); None when it does not hold the leaf."""
    if not lists:
        return leaf
    if leaf not in lists[0]:
        return None
    result = group(lists[0], algorithm)
    for brothers in lists[1:]:
        result = group([*brothers, result], algorithm)
    return result
