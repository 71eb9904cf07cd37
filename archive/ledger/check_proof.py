"""Check a proof that an event is in the ledger of Tàng Thư. Needs Python 3 and nothing else.

    python3 check_proof.py PROOF.json [--head HEX] [--token FILE]
    python3 check_proof.py EXTRACT.json [--head HEX]      (many events in one file, as a dossier has them)

Exit 0: the event was in the ledger when its run of events was sealed, and the seal leads to the head.
With --head the head is compared with one you know from elsewhere; without it you trust the proof's own.
Exit 1: the proof is wrong, each reason on a line. Exit 2: it cannot be read.
Hashes: RFC 6962 section 2.1 (leaf 0x00, node 0x01), path as in RFC 9162 section 2.1.3.2, SHA-256.

A proof may carry a time-stamp (RFC 3161) over the chain value of the event's seal or of a later one. Checked here: that
it is over that value. Not checked here: its signature. Let --token write it to a file, get the authority's root
certificate from the authority itself, and run the command that is printed then.
"""

import base64
import hashlib
import json
import sys
from typing import Any

EXTRACT = "tangthu-ledger-extract-1"
SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
TST_INFO = bytes.fromhex("2a864886f70d0109100104")
SHA256 = bytes.fromhex("608648016503040201")


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


def der(data: bytes, *tags: int) -> list[bytes]:
    """Return the contents of DER elements that follow each other, of these tags; what follows them is left out.

    Raises:
        ValueError: it is no DER, or another element stands there.
    """
    found, at = [], 0
    for tag in tags:
        if at + 2 > len(data) or data[at] != tag:
            raise ValueError(f"the time-stamp is no RFC 3161 token: no element {tag:#04x} at {at}")
        length, at = data[at + 1], at + 2
        if length & 0x80:
            size = length & 0x7F
            length, at = int.from_bytes(data[at : at + size], "big"), at + size
            if not 1 <= size <= 4:
                raise ValueError("the time-stamp is no RFC 3161 token: a length is not DER")
        if at + length > len(data):
            raise ValueError("the time-stamp is no RFC 3161 token: it is cut off")
        found.append(data[at : at + length])
        at += length
    return found


def stamped(token: bytes) -> tuple[str, str]:
    """Return the SHA-256 value a time-stamp token is over, and the time in it (GeneralizedTime, UTC).

    Raises:
        ValueError: it is none.
    """
    kind, signed = der(der(token, 0x30)[0], 0x06, 0xA0)
    content = der(der(signed, 0x30)[0], 0x02, 0x31, 0x30)[2]
    inner_kind, inner = der(content, 0x06, 0xA0)
    if (kind, inner_kind) != (SIGNED_DATA, TST_INFO):
        raise ValueError("the time-stamp is no RFC 3161 token: it holds something else")
    info = der(der(der(inner, 0x04)[0], 0x30)[0], 0x02, 0x06, 0x30, 0x02, 0x18)
    algorithm, imprint = der(info[2], 0x30, 0x04)
    if der(algorithm, 0x06) != [SHA256]:
        raise ValueError("the time-stamp is not over a SHA-256 value")
    return imprint.hex(), info[4].decode("ascii")


def event_faults(proof: dict[str, Any], expected: str) -> list[str]:
    """Return what does not hold between an event and the root of its seal."""
    found = []
    leaf = _sha256(b"\0", proof["event"].encode())
    if leaf.hex() != proof["leaf"]:
        found.append("the event is not the one that was hashed")
    steps = [bytes.fromhex(step) for step in proof["path"]]
    root = root_from_path(leaf, proof["index"], proof["size"], steps)
    if root is None or root.hex() != expected:
        found.append("the path does not lead from the event to the root")
    return found


def chains_of(previous: str, roots: list[str]) -> list[str]:
    """Return the chain value of each seal, from the root of each and the chain value before the first."""
    found = []
    for root in roots:
        previous = _sha256(bytes.fromhex(previous), bytes.fromhex(root)).hex()
        found.append(previous)
    return found


def extract_faults(extract: dict[str, Any], head: str = "") -> list[str]:
    """Return every reason an extract of many events does not hold; empty when it does."""
    found, first, roots = [], extract["first_seal"], extract["roots"]
    chains = chains_of(extract["previous_chain"], roots)
    if not chains or chains[-1] != extract["head"]:
        found.append("the seals do not lead to the head")
    if head and head.lower() != extract["head"]:
        found.append("the head is not the one you know")
    for number, token in extract["timestamps"].items():
        place = int(number) - first
        if (
            not 0 <= place < len(chains)
            or stamped(base64.b64decode(token, validate=True))[0] != chains[place]
        ):
            found.append(f"the time-stamp over seal {number} is over something else")
    for seal in extract["seals"]:
        if seal["stamped_by"] is not None and str(seal["stamped_by"]) not in extract["timestamps"]:
            found.append(f"the time-stamp over seal {seal['seal']} is missing")
    for number, event in enumerate(extract["events"], 1):
        place = event["seal"] - first
        wrong = event_faults(event, roots[place]) if 0 <= place < len(roots) else ["its seal is missing"]
        found += [f"event {number} of the extract: {one}" for one in wrong]
    return found


def faults(proof: dict[str, Any], head: str = "") -> list[str]:
    """Return every reason the proof does not hold; empty when it does."""
    found = event_faults(proof, proof["root"])
    chain = _sha256(bytes.fromhex(proof["previous_chain"]), bytes.fromhex(proof["root"])).hex()
    if chain != proof["chain"]:
        found.append("the root is not chained to the seal before")
    chains = [chain]
    for later in proof["later_roots"]:
        chain = _sha256(bytes.fromhex(chain), bytes.fromhex(later)).hex()
        chains.append(chain)
    if chain != proof["head"]:
        found.append("the later seals do not lead to the head")
    if head and head.lower() != proof["head"]:
        found.append("the head is not the one you know")
    if stamp := proof.get("timestamp"):
        behind = stamp["seal"] - proof["seal"]
        if not 0 <= behind < len(chains):
            found.append("the time-stamp belongs to a seal the proof does not lead to")
        elif stamped(base64.b64decode(stamp["token"], validate=True))[0] != chains[behind]:
            found.append("the time-stamp is over something else")
    return found


def told(proof: dict[str, Any], file: str) -> list[str]:
    """Return what a proof that holds says, line by line."""
    lines = [f"proven: {proof['event']}", f"head of the chain: {proof['head']}"]
    stamp = proof.get("timestamp")
    if not stamp:
        return [*lines, "no time-stamp: when it was sealed, nobody but the archive says"]
    imprint, at = stamped(base64.b64decode(stamp["token"]))
    return [
        *lines,
        f"time-stamped: {at}, over seal {stamp['seal']}; whether the signature is good was not checked here:",
        f"  openssl ts -verify -digest {imprint} -in {file or 'TOKEN'} -token_in -CAfile ROOT.pem",
        *([] if file else ["  (TOKEN: the file that --token writes)"]),
    ]


def main(arguments: list[str]) -> int:
    """Check the file named on the command line."""
    options = {"--head": "", "--token": ""}
    while len(arguments) >= 3 and arguments[-2] in options:
        options[arguments[-2]] = arguments[-1]
        arguments = arguments[:-2]
    if len(arguments) != 1:
        print(__doc__)
        return 2
    try:
        with open(arguments[0], encoding="utf-8") as stream:  # noqa: PTH123 (stands alone)
            proof = json.load(stream)
        if proof.get("format") == EXTRACT:
            found = extract_faults(proof, options["--head"])
            lines = found or [f"proven: {len(proof['events'])} events", f"head of the chain: {proof['head']}"]
        else:
            found = faults(proof, options["--head"])
            lines = found or told(proof, options["--token"])
        if options["--token"] and not found and "timestamp" in proof:
            token = base64.b64decode(proof["timestamp"]["token"])
            with open(options["--token"], "wb") as stream_out:  # noqa: PTH123 (stands alone)
                stream_out.write(token)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        print(f"this proof cannot be read: {error!r}")
        return 2
    print("\n".join(lines))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
