"""By which proof, and since when, a package is proven to have existed; a proof that does not hold proves nothing.

Vietnamese: chứng minh sự tồn tại của gói. Two proofs are known, and the older one that holds counts: the package's
evidence record (RFC 4998), and the time-stamped seal of the ledger over the event that stored it. Both are followed to
the end here: hashes, signatures, trusted roots, renewals.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.errors import LedgerError, NotFoundError
from archive.evidence import record
from archive.evidence.errors import EvidenceError
from archive.evidence.export import of_package, of_seal
from archive.evidence.proof import Existence, Proof
from archive.ledger.event import Verb
from archive.ledger.prove import prove
from archive.ledger.rows import EventRow, SealRow
from archive.reason import Reason, because
from archive.register.models import Package
from archive.timestamps.judge import Judge


@dataclass(frozen=True)
class Found:
    """The proof that counts, and why others do not.

    Attributes:
        existence: None when none holds.
        faults: of proofs that do not.
    """

    existence: Existence | None
    faults: tuple[Reason, ...] = ()


def by_record(der: bytes, digests: bytes | Mapping[str, bytes], by: Judge, *, now: datetime) -> Found:
    """Return what an evidence record proves of a package with these hashes (`record.judge`)."""
    return _judged(Proof.EVIDENCE, record.judge(der, digests, by, now=now))


def by_register(
    session: Session, package: Package, digests: bytes | Mapping[str, bytes], by: Judge, *, now: datetime
) -> Found:
    """Return the oldest proof of this archive that holds for a package it keeps."""
    found = [_of_record(session, package, digests, by, now), _of_ledger(session, package, by, now)]
    held = [one.existence for one in found if one.existence is not None]
    faults = tuple(fault for one in found for fault in one.faults)
    return Found(min(held, key=lambda one: one.since, default=None), faults)


def _of_record(
    session: Session, package: Package, digests: bytes | Mapping[str, bytes], by: Judge, now: datetime
) -> Found:
    try:
        der = of_package(session, package)
    except EvidenceError as error:
        return Found(None, (error.reason,))
    return by_record(der, digests, by, now=now)


def _of_ledger(session: Session, package: Package, by: Judge, now: datetime) -> Found:
    query = (
        select(EventRow.seq)
        .where(
            EventRow.object_id == package.case_file_id,
            EventRow.verb.in_((Verb.STORE.value, Verb.METADATA_CHANGE.value)),
            EventRow.after_sha256 == package.sha256,
        )
        .order_by(EventRow.seq)
        .limit(1)
    )
    seq = session.scalar(query)
    if seq is None:
        return Found(None, (because("archive.existence-no-event", what=package.name),))
    try:
        proof = prove(session, seq)  # the way from the event to the seals is followed there
        if json.loads(proof["event"])["after_sha256"] != package.sha256 or not proof["timestamp"]:
            return Found(None, (because("archive.existence-no-stamp", what=package.name),))
        seal = session.get_one(SealRow, proof["timestamp"]["seal"])
        der = of_seal(session, seal.number)
    except (LedgerError, NotFoundError, EvidenceError) as error:
        return Found(None, (error.reason,))
    return _judged(Proof.SEAL, record.judge(der, bytes.fromhex(seal.chain), by, now=now))


def _judged(proof: Proof, verdict: record.Verdict) -> Found:
    if verdict.faults or verdict.since is None:
        return Found(None, verdict.faults)
    return Found(Existence(proof, verdict.since, verdict.until, verdict.authorities))
