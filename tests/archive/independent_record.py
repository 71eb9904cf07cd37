"""An evidence record read a second time, from RFC 4998 and X.690 alone: nothing of `archive` and no ASN.1 library.

Only the hashes are followed: from the object through every reduced tree to what each time-stamp is over. Whether the
time-stamps are good is not asked here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

HASHES = {
    "608648016503040201": "sha256",
    "608648016503040202": "sha384",
    "608648016503040203": "sha512",
}


@dataclass(frozen=True)
class Element:
    """One DER element: its tag, what is in it, and all of its bytes."""

    tag: int
    content: bytes
    whole: bytes

    @property
    def inside(self) -> list[Element]:
        return elements(self.content)


def elements(data: bytes) -> list[Element]:
    found, at = [], 0
    while at < len(data):
        start, tag, length = at, data[at], data[at + 1]
        at += 2
        if length & 0x80:
            size = length & 0x7F
            length, at = int.from_bytes(data[at : at + size], "big"), at + size
        if at + length > len(data):
            raise ValueError("cut off")
        found.append(Element(tag, data[at : at + length], data[start : at + length]))
        at += length
    return found


def sequence(content: bytes) -> bytes:
    """The DER of a SEQUENCE with this content."""
    size = len(content)
    if size < 0x80:
        return b"\x30" + bytes([size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return b"\x30" + bytes([0x80 | len(length)]) + length + content


def imprint(token: Element) -> tuple[str, bytes]:
    """Algorithm and value a time-stamp is over: ContentInfo, SignedData, encapContentInfo, TSTInfo, messageImprint."""
    signed = token.inside[1].inside[0].inside
    info = elements(signed[2].inside[1].inside[0].content)[0].inside
    algorithm, value = info[2].inside
    return HASHES[algorithm.inside[0].content.hex()], value.content


def followed(der: bytes, data: bytes) -> list[list[str]]:
    """Follow the hashes of a record for an object; return the algorithms, one list a chain.

    Raises:
        AssertionError: a hash does not lead where it has to.
    """
    (record,) = elements(der)
    version, _named, *_, chains = record.inside
    assert version.content == b"\x01"
    told: list[list[str]] = []
    before = b""
    for number, chain in enumerate(chains.inside):
        algorithms = []
        previous: Element | None = None
        for stamp in chain.inside:
            parts = {one.tag: one for one in stamp.inside}
            algorithm = HASHES[parts[0xA0].inside[0].content.hex()]
            algorithms.append(algorithm)
            token = parts[0x30]

            def h(*parts: bytes, name: str = algorithm) -> bytes:
                return hashlib.new(name, b"".join(parts)).digest()

            if previous is not None:
                value = h(previous.whole)  # 5.2, time-stamp renewal: the whole timeStamp field
            elif number:
                # 5.2, hash-tree renewal: h(i) of the object, ha(i) of the encoded sequence of all chains before.
                value = h(h(data), h(sequence(before)))
            else:
                value = h(data)
            if 0xA2 in parts:
                first, *lists = [[one.content for one in part.inside] for part in parts[0xA2].inside]
                assert value in first, f"chain {number + 1}: the first list does not hold the hash"
                value = h(*sorted(first))
                for part in lists:
                    value = h(*sorted([*part, value]))
            assert imprint(token) == (algorithm, value), (
                f"chain {number + 1}: the time-stamp is over something else"
            )
            previous = token
        told.append(algorithms)
        before += chain.whole
    return told
