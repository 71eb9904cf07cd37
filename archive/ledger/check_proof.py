"""Check a proof that an event is in the ledger of Tàng Thư. Needs Python 3 and nothing else.

    python3 check_proof.py PROOF.json [--head HEX]

Exit 0: the event was in the ledger when its run of events was sealed, and the seal leads to the head.
With --head the head is compared with one you know from elsewhere; without it you trust the proof's own.
Exit 1: the proof is wrong, each reason on a line. Exit 2: it cannot be read.
Hashes: RFC 6962 section 2.1 (leaf 0x00, node 0x01), path as in RFC 9162 section 2.1.3.2, SHA-256.
"""

import hashlib
import json
import sys
from typing import Any


def _sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def root_from_path(leaf: bytes, index: int, size: int, steps: list[bytes]) -> bytes | None:
    """Return the root that leaf and path lead to; None when the path does not fit the tree."""
    if not 0 <= index < size:
        return None
    position, last, result = index, size - 1, leaf
    for step in steps:
        if last == 0:
            return None
        if position & 1 or position == last:
            result = _sha256(b"\1", step, result)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            result = _sha256(b"\1", result, step)
        position >>= 1
        last >>= 1
    return result if last == 0 else None


def faults(proof: dict[str, Any], head: str = "") -> list[str]:
    """Return every reason the proof does not hold; empty when it does."""
    found = []
    leaf = _sha256(b"\0", proof["event"].encode())
    if leaf.hex() != proof["leaf"]:
        found.append("the event is not the one that was hashed")
    steps = [bytes.fromhex(step) for step in proof["path"]]
    root = root_from_path(leaf, proof["index"], proof["size"], steps)
    if root is None or root.hex() != proof["root"]:
        found.append("the path does not lead from the event to the root")
    chain = _sha256(bytes.fromhex(proof["previous_chain"]), bytes.fromhex(proof["root"])).hex()
    if chain != proof["chain"]:
        found.append("the root is not chained to the seal before")
    for later in proof["later_roots"]:
        chain = _sha256(bytes.fromhex(chain), bytes.fromhex(later)).hex()
    if chain != proof["head"]:
        found.append("the later seals do not lead to the head")
    if head and head.lower() != proof["head"]:
        found.append("the head is not the one you know")
    return found


def main(arguments: list[str]) -> int:
    """Check the file named on the command line."""
    head = ""
    if len(arguments) == 3 and arguments[1] == "--head":
        arguments, head = arguments[:1], arguments[2]
    if len(arguments) != 1:
        print(__doc__)
        return 2
    try:
        with open(arguments[0], encoding="utf-8") as stream:  # noqa: PTH123 (stands alone)
            proof = json.load(stream)
        found = faults(proof, head)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        print(f"this proof cannot be read: {error!r}")
        return 2
    for fault in found:
        print(fault)
    if not found:
        print(f"proven: {proof['event']}")
        print(f"head of the chain: {proof['head']}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
