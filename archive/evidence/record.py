"""Evidence records as RFC 4998 has them in ASN.1: write one in DER, read one, judge one.

Threat: a record is a stranger's bytes. asn1crypto parses them; whatever it raises is an `EvidenceError`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from asn1crypto import algos, cms, core, tsp

from archive.evidence.errors import EvidenceError
from archive.evidence.hashtree import Reduced, climbed
from archive.reason import Reason, because
from archive.timestamps.judge import Judge
from archive.timestamps.token import ALGORITHM

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
class Verdict:
    """What a record is worth for one hash.

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


def write(stamps: Sequence[Stamp]) -> bytes:
    """Return the record of one chain: the first stamp is over the object, each further one over the token before it.

    Raises:
        EvidenceError: a token is none.
    """
    try:
        return _written(stamps)
    except (ValueError, TypeError) as error:
        raise EvidenceError(because("archive.evidence-unreadable", said=str(error))) from error


def _written(stamps: Sequence[Stamp]) -> bytes:
    sha256 = algos.DigestAlgorithm({"algorithm": ALGORITHM})
    chain = []
    for stamp in stamps:
        fields: dict[str, Any] = {"digest_algorithm": sha256, "time_stamp": cms.ContentInfo.load(stamp.token)}
        if stamp.lists:
            fields["reduced_hashtree"] = stamp.lists
        chain.append(tsp.ArchiveTimeStamp(fields))
    record = _Record(
        {"version": 1, "digest_algorithms": [sha256], "archive_time_stamp_sequence": _Chains([_Chain(chain)])}
    )
    der: bytes = record.dump()
    return der


def read(der: bytes) -> list[Stamp]:
    """Return the stamps of a record's chain, oldest first.

    Raises:
        EvidenceError: it is no record, or one of a kind we do not judge: encrypted, of another hash, or with a second
            chain (hash-tree renewal, RFC 4998 section 5.2).
    """
    if len(der) > LIMIT:
        raise EvidenceError(because("archive.evidence-unreadable", said=f"{len(der)} bytes"))
    try:
        record = _Record.load(der, strict=True)
        if record["version"].native != 1 or record["encryption_info"].native is not None:
            raise EvidenceError(because("archive.evidence-unknown-kind", said="encrypted"))
        chains = record["archive_time_stamp_sequence"]
        if len(chains) != 1:
            raise EvidenceError(because("archive.evidence-unknown-kind", said="several-chains"))
        found = []
        for one in chains[0]:
            token = one["time_stamp"].dump()
            named = one["digest_algorithm"].native or {"algorithm": ALGORITHM}
            if named["algorithm"] != ALGORITHM:
                raise EvidenceError(because("archive.evidence-unknown-kind", said="other-hash"))
            found.append(Stamp([list(part) for part in one["reduced_hashtree"].native or []], token))
    except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        raise EvidenceError(because("archive.evidence-unreadable", said=str(error))) from error
    if not found:
        raise EvidenceError(because("archive.evidence-unreadable", said="it has no time-stamp"))
    return found


def judge(der: bytes, imprint: bytes, by: Judge, *, now: datetime) -> Verdict:
    """Return what a record proves of an object with this SHA-256 (RFC 4998 sections 4.3 and 5.3).

    Each time-stamp has to have been good when the next one was given; the newest has to be good now.
    """
    try:
        stamps = read(der)
    except EvidenceError as error:
        return Verdict((error.reason,))
    faults: list[Reason] = []
    since = until = None
    authorities = []
    leaf, given = imprint, []
    for number, stamp in enumerate(stamps, 1):
        top = climbed(leaf, stamp.lists)
        if top is None:
            return Verdict((because("archive.evidence-not-in-tree", number=number),))
        first = by.judge(stamp.token, top)
        if first.token is None or not first.good:
            why = first.faults[0]
            return Verdict((because("archive.evidence-bad-stamp", number=number, why=why),))
        authorities.append(first.token.authority)
        given.append((stamp.token, top, first.token.at))
        since, until = since or first.token.at, first.until
        leaf = hashlib.sha256(stamp.token).digest()
    for number, (token, top, at) in enumerate(given, 1):
        later = given[number][2] if number < len(given) else max(now, at)
        if later < at or not by.judge(token, top, moment=later).good:
            faults.append(because("archive.evidence-ran-out", number=number, at=later))
    return Verdict(tuple(faults), since, until, tuple(authorities))
