"""Merkle trees as in RFC 6962 section 2.1: roots, audit paths, and checking a path.

Leaves here are leaf hashes already (`Event.sha256`: SHA-256 over a zero byte and the event's canonical form).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


def node(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node: SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\1" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the Merkle tree hash over leaf hashes; of no leaves SHA-256 of nothing."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    level = list(leaves)
    while (
        len(level) > 1
    ):  # pairs from the left, an odd one goes up alone: the same tree as splitting from the top
        pairs = [node(level[n], level[n + 1]) for n in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2 :]
    return level[0]


def path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the audit path of one leaf, from the bottom up (RFC 6962 section 2.1.1).

    Raises:
        IndexError: there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(f"leaf {index} of {len(leaves)}")
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*path(leaves[:split], index), root(leaves[split:])]
    return [*path(leaves[split:], index - split), root(leaves[:split])]


def levels(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """Return the whole tree, the leaves first and the root last, for who asks for many paths."""
    found = [list(leaves)]
    while len(found[-1]) > 1:
        level = found[-1]
        pairs = [node(level[n], level[n + 1]) for n in range(0, len(level) - 1, 2)]
        found.append(pairs + level[len(pairs) * 2 :])
    return found


def path_in(tree: Sequence[Sequence[bytes]], index: int) -> list[bytes]:
    """Return what `path` returns of the same leaves, from the tree `levels` made.

    Raises:
        IndexError: there is no such leaf.
    """
    if not 0 <= index < len(tree[0]):
        raise IndexError(f"leaf {index} of {len(tree[0])}")
    found = []
    for level in tree[:-1]:
        if index ^ 1 < len(level):  # else the odd one goes up alone
            found.append(level[index ^ 1])
        index >>= 1
    return found


def chained(previous: str, root_hex: str) -> str:
    """Return the chain value of a seal: SHA-256(previous chain || root), hex in and out."""
    return hashlib.sha256(bytes.fromhex(previous) + bytes.fromhex(root_hex)).hexdigest()


FIRST_CHAIN = "00" * 32
"""What stands before the first seal."""


def _split(size: int) -> int:
    """Return the largest power of two smaller than the size."""
    return 1 << ((size - 1).bit_length() - 1)
