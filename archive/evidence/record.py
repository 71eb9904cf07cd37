"""Evidence records as RFC 4998 has them in ASN.1: write one in DER, read one, judge one.

A record is a sequence of chains of archive time-stamps. Within a chain the hash is one and the same: time-stamp renewal
adds to it. Hash-tree renewal begins a new chain with a stronger algorithm, over the object and all the chains
before (section 5.2). Of step 4 there, and of Figure 4, which says otherwise, step 4 is followed: h' = H(H(object) +
H(chains)), in this order and not sorted, as the implementations of others do.

Threat: a record is a stranger's bytes. asn1crypto parses them; whatever it raises is an `EvidenceError`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from asn1crypto import algos, cms, core, tsp

from archive.evidence.errors import EvidenceError
from archive.evidence.hashtree import Reduced, climbed, hashed
from archive.reason import Reason, because
from archive.timestamps.errors import TimestampError
from archive.timestamps.judge import Judge
from archive.timestamps.token import ALGORITHM, ALGORITHMS
from archive.timestamps.token import read as read_token

LIMIT = 16 * 1024 * 1024


class _Chain(core.SequenceOf):  # type: ignore[misc]
    _child_spec = tsp.ArchiveTimeStamp


class _Chains(core.SequenceOf):  # type: ignore[misc]
    # asn1crypto's own ArchiveTimeStampSequence leaves the chains out and cannot read a record (RFC 4998 section 5.1).
    _child_spec = _Chain


class _Record(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar[Any] = [
        ("version", core.Integer),
        ("digest_algorithms", tsp.DigestAlgorithms),
        ("crypto_infos", cms.CMSAttributes, {"implicit": 0, "optional": True}),
        ("encryption_info", tsp.EncryptionInfo, {"implicit": 1, "optional": True}),
        ("archive_time_stamp_sequence", _Chains),
    ]


@dataclass(frozen=True)
class Stamp:
    """One archive time-stamp: the way from a hash to the root, and the token over the root.

    Attributes:
        lists: empty when the token is over the hash itself.
        token: RFC 3161, DER.
    """

    lists: Reduced
    token: bytes


@dataclass(frozen=True)
class Chain:
    """Archive time-stamps of one hash algorithm, oldest first.

    Attributes:
        stamps: the first is over the object (and the chains before), each further one over the token before it.
        der: as it stands in the record it was read from; b"" of one that was made here.
    """

    algorithm: str
    stamps: tuple[Stamp, ...]
    der: bytes = b""


@dataclass(frozen=True)
class Verdict:
    """What a record is worth for one object.

    Attributes:
        faults: why it proves nothing; empty when it does.
        since: the oldest time-stamp's time: the object existed then.
        until: when the newest time-stamp's certificates run out; it has to be renewed before.
        authorities: who stamped, oldest first.
    """

    faults: tuple[Reason, ...]
    since: datetime | None = None
    until: datetime | None = None
    authorities: tuple[str, ...] = ()


def write(chains: Sequence[Chain]) -> bytes:
    """Return the record of these chains, oldest first.

    Raises:
        EvidenceError: a token is none.
    """
    named = dict.fromkeys(one.algorithm for one in chains)
    try:
        record = _Record(
            {
                "version": 1,
                "digest_algorithms": [algos.DigestAlgorithm({"algorithm": one}) for one in named],
                "archive_time_stamp_sequence": _sequence(chains),
            }
        )
        der: bytes = record.dump()
    except (ValueError, TypeError) as error:
        raise EvidenceError(because("archive.evidence-unreadable", said=str(error))) from error
    return der


def renewed_hash(chains: Sequence[Chain], digest: bytes, algorithm: str) -> bytes:
    """Return what the first archive time-stamp of the next chain is over (RFC 4998 section 5.2, steps 2 to 4).

    Args:
        chains: all that the record has.
        digest: of the object, with the new algorithm.
        algorithm: the new one.

    Raises:
        EvidenceError: a token is none.
    """
    try:
        before: bytes = _sequence(chains).dump()
    except (ValueError, TypeError) as error:
        raise EvidenceError(because("archive.evidence-unreadable", said=str(error))) from error
    return hashed(digest + hashed(before, algorithm), algorithm)


def _sequence(chains: Sequence[Chain]) -> Any:
    return _Chains([_Chain.load(one.der) if one.der else _written(one) for one in chains])


def _written(chain: Chain) -> Any:
    algorithm = algos.DigestAlgorithm({"algorithm": chain.algorithm})
    stamps = []
    for stamp in chain.stamps:
        fields: dict[str, Any] = {
            "digest_algorithm": algorithm,
            "time_stamp": cms.ContentInfo.load(stamp.token),
        }
        if stamp.lists:
            fields["reduced_hashtree"] = stamp.lists
        stamps.append(tsp.ArchiveTimeStamp(fields))
    return _Chain(stamps)


def read(der: bytes) -> list[Chain]:
    """Return the chains of a record, oldest first.

    Raises:
        EvidenceError: it is no record, or one of a kind we do not judge: encrypted, with a hash we do not know, or with
            two of them in one chain.
    """
    if len(der) > LIMIT:
        raise EvidenceError(because("archive.evidence-unreadable", said=f"{len(der)} bytes"))
    try:
        record = _Record.load(der, strict=True)
        if record["version"].native != 1 or record["encryption_info"].native is not None:
            raise EvidenceError(because("archive.evidence-unknown-kind", said="encrypted"))
        found = [_read_chain(one) for one in record["archive_time_stamp_sequence"]]
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, TimestampError) as error:
        raise EvidenceError(because("archive.evidence-unreadable", said=str(error))) from error
    if not found:
        raise EvidenceError(because("archive.evidence-unreadable", said="it has no time-stamp"))
    return found


def _read_chain(chain: Any) -> Chain:
    stamps, named = [], set()
    for one in chain:
        token = one["time_stamp"].dump()
        # Without one, the token's own counts (section 4.1).
        said = one["digest_algorithm"].native
        named.add(said["algorithm"] if said else read_token(token).algorithm)
        stamps.append(Stamp([list(part) for part in one["reduced_hashtree"].native or []], token))
    if not stamps:
        raise EvidenceError(because("archive.evidence-unreadable", said="a chain has no time-stamp"))
    if len(named) > 1 or not named <= set(ALGORITHMS):
        raise EvidenceError(because("archive.evidence-unknown-kind", said="other-hash"))
    return Chain(named.pop(), tuple(stamps), chain.dump())


def judge(der: bytes, digests: bytes | Mapping[str, bytes], by: Judge, *, now: datetime) -> Verdict:
    """Return what a record proves of an object (RFC 4998 sections 4.3 and 5.3).

    Each time-stamp has to have been good when the next one was given; the newest has to be good now.

    Args:
        digests: of the object, by algorithm; its SHA-256 alone is enough for a record without another hash.
    """
    try:
        chains = read(der)
    except EvidenceError as error:
        return Verdict((error.reason,))
    known = {ALGORITHM: digests} if isinstance(digests, bytes) else digests
    since = until = None
    authorities: list[str] = []
    given: list[tuple[bytes, bytes, str, datetime]] = []
    for number, chain in enumerate(chains):
        if chain.algorithm not in known:
            return Verdict((because("archive.evidence-needs-bytes", algorithm=chain.algorithm),))
        leaf = known[chain.algorithm]
        if number:
            leaf = renewed_hash(chains[:number], leaf, chain.algorithm)
        for stamp in chain.stamps:
            count = len(given) + 1
            top = climbed(leaf, stamp.lists, chain.algorithm)
            if top is None:
                return Verdict((because("archive.evidence-not-in-tree", number=count),))
            first = by.judge(stamp.token, top, chain.algorithm)
            if first.token is None or not first.good:
                return Verdict((because("archive.evidence-bad-stamp", number=count, why=first.faults[0]),))
            authorities.append(first.token.authority)
            given.append((stamp.token, top, chain.algorithm, first.token.at))
            since, until = since or first.token.at, first.until
            leaf = hashed(stamp.token, chain.algorithm)
    faults: list[Reason] = []
    for count, (token, top, algorithm, at) in enumerate(given, 1):
        later = given[count][3] if count < len(given) else max(now, at)
        if later < at or not by.judge(token, top, algorithm, moment=later).good:
            faults.append(because("archive.evidence-ran-out", number=count, at=later))
    return Verdict(tuple(faults), since, until, tuple(authorities))
