"""What a package is in a tree of a stronger hash: its bytes hashed anew, together with all the evidence it has.

Hash-tree renewal (RFC 4998 section 5.2). The package is read from a store, and what was read must be the register's
package: the bytes are hashed with SHA-256 at the same time.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from pathlib import Path

from archive.errors import NotFoundError, TemporaryError
from archive.evidence.export import Ways
from archive.evidence.record import renewed_hash
from archive.stores.interface import Store
from archive.timestamps.token import ALGORITHM, ALGORITHMS

log = logging.getLogger(__name__)

BLOCK = 1024 * 1024


def in_tree(ways: Ways, id: str, name: str, sha256: str, algorithm: str, places: Sequence[Store]) -> str:
    """Return what stands in the tree for a package, hex; "" when that is its SHA-256.

    Args:
        name: of the package, its key in every store.
        algorithm: of the tree.

    Raises:
        TemporaryError: no store gives the package as the register knows it.
        EvidenceError: its evidence is of other bytes.
    """
    before = ways.of_package(id, sha256)
    if algorithm == ALGORITHM and not before:
        return ""
    digest = _read(name, sha256, algorithm, places)
    return (renewed_hash(before, digest, algorithm) if before else digest).hex()


def _read(name: str, sha256: str, algorithm: str, places: Sequence[Store]) -> bytes:
    for store in places:
        known, new = hashlib.sha256(), hashlib.new(algorithm)
        try:
            with store.open(name) as stream:
                while block := stream.read(BLOCK):
                    known.update(block)
                    new.update(block)
        except (NotFoundError, TemporaryError, OSError) as error:
            log.warning("%s:%s: %s", store.name, name, error)
            continue
        if known.hexdigest() == sha256:
            return new.digest()
        log.warning("%s:%s is not what the register knows; another copy is read", store.name, name)
    raise TemporaryError(
        f"no store gives {name} as the register knows it; `tangthu fixity run` names the copies"
    )


def digests_of(path: Path) -> dict[str, bytes]:
    """Return the hashes of a file with every algorithm a record may have; it is read once."""
    known = {algorithm: hashlib.new(algorithm) for algorithm in ALGORITHMS}
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            for one in known.values():
                one.update(block)
    return {algorithm: one.digest() for algorithm, one in known.items()}
