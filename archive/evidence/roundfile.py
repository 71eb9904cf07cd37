"""A round of evidence as a file in every store: JSON Lines, the token and root first, then one hash a line, sorted.

With it and the RFC anybody can make the evidence record of each of its objects, without us and without the register.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cached_property

from archive.evidence.errors import EvidenceError
from archive.evidence.hashtree import Tree
from archive.reason import because
from archive.timestamps.token import ALGORITHM, ALGORITHMS

FOLDER = "_evidence"
PREFIX = f"{FOLDER}/round-"

PACKAGE, STAMP, ROUND = "package", "stamp", "round"
"""Kinds of leaves: a package's ZIP; the time-stamp of a ledger seal; the time-stamp of an earlier round."""


@dataclass(frozen=True, order=True)
class Leaf:
    """One hash in a round's tree.

    Attributes:
        sha256: of the package's ZIP, or of the time-stamp token that is renewed (DER).
        ref: identifier of the package, number of the seal or round.
        hash: what stands in the tree, hex, in the round's algorithm; "" when that is `sha256` itself.
    """

    sha256: str
    kind: str
    ref: str
    hash: str = ""

    @property
    def in_tree(self) -> bytes:
        """Return what stands in the tree."""
        return bytes.fromhex(self.hash or self.sha256)

    def facts(self) -> dict[str, str]:
        """Return what stands in the file."""
        return {name: value for name, value in asdict(self).items() if name != "hash" or value}


@dataclass(frozen=True)
class Round:
    """What was time-stamped together."""

    number: int
    leaves: tuple[Leaf, ...]
    token: bytes
    algorithm: str = ALGORITHM

    @property
    def hashes(self) -> list[bytes]:
        """Return the leaves of the hash tree."""
        return [leaf.in_tree for leaf in self.leaves]

    @cached_property
    def tree(self) -> Tree:
        """Return the hash tree; there is at least one leaf."""
        return Tree(self.hashes, self.algorithm)

    @property
    def root(self) -> bytes:
        """Return its root, which the token is over."""
        return self.tree.root

    def to_bytes(self) -> bytes:
        """Return the file's bytes; the same round gives the same bytes."""
        head = {
            "round": self.number,
            "algorithm": self.algorithm,
            "root": self.root.hex(),
            "token": base64.b64encode(self.token).decode(),
        }
        lines: Iterable[object] = (head, *(leaf.facts() for leaf in sorted(self.leaves)))
        return b"".join(
            json.dumps(line, sort_keys=True, separators=(",", ":")).encode() + b"\n" for line in lines
        )


def key_of(number: int) -> str:
    """Return a round's name in every store."""
    return f"{PREFIX}{number:06d}.jsonl"


def parse(data: bytes, place: str) -> Round:
    """Return the round these bytes are; whether its token is good is for `archive.timestamps` to say.

    Raises:
        EvidenceError: it is none: not JSON, not in canonical form, no leaves, a root that is not theirs.
    """
    try:
        first, *rest = data.removesuffix(b"\n").split(b"\n")
        head = json.loads(first)
        leaves = tuple(Leaf(**json.loads(line)) for line in rest)
        token = base64.b64decode(head["token"], validate=True)
        found = Round(int(head["round"]), leaves, token, str(head["algorithm"]))
        if found.algorithm not in ALGORITHMS:
            raise ValueError(f"its algorithm is {found.algorithm}")
        if not leaves or found.to_bytes() != data:
            raise ValueError("it is not in canonical form")
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise EvidenceError(because("archive.evidence-no-round", place=place, said=str(error))) from error
    return found
