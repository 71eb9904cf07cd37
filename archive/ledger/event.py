"""What an event is, and its canonical form, which hashes and proofs are made of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any


class Verb(StrEnum):
    """Everything that can happen to a record (register of events; maps to PREMIS event types)."""

    AGENCY_SET = "AGENCY_SET"
    FONDS_SET = "FONDS_SET"
    INGEST = "INGEST"  # raw bytes of a submission stored
    VALIDATE = "VALIDATE"
    SIGNATURE_CHECK = "SIGNATURE_CHECK"
    VIRUS_CHECK = "VIRUS_CHECK"
    RETURN = "RETURN"  # returned or refused with findings
    DECISION = "DECISION"  # an order was proposed, approved, refused or done
    NORMALISE = "NORMALISE"
    PACKAGE = "PACKAGE"
    STORE = "STORE"  # deposited in every store and read back
    FIXITY_CHECK = "FIXITY_CHECK"
    REPAIR = "REPAIR"
    ADD_DOCUMENT = "ADD_DOCUMENT"  # a document of a case file that goes is copied into another one's package
    MIGRATE = "MIGRATE"  # a preservation plan moved, or a case file of it got or lost a version
    BACKUP = "BACKUP"  # a backup of register, ledger, index and papers is begun, whole, or gone
    RESTORE = "RESTORE"  # a restore to an empty place was tried, and compared
    RETENTION_SET = "RETENTION_SET"
    RETENTION_CHANGE = "RETENTION_CHANGE"
    HOLD = "HOLD"
    LIFT_HOLD = "LIFT_HOLD"
    DESTROY = "DESTROY"
    ERASE = "ERASE"  # one holder's receipt
    TRANSFER = "TRANSFER"
    RECEIPT = "RECEIPT"
    VIEW = "VIEW"
    COPY = "COPY"
    RIGHTS_CHANGE = "RIGHTS_CHANGE"
    METADATA_CHANGE = "METADATA_CHANGE"
    QUESTION = "QUESTION"  # an archivist asks an office about its delivery, undecided
    ANSWER = "ANSWER"  # its office answers
    REQUEST = "REQUEST"  # an office recalls, updates or replaces a document it sent
    AGREEMENT = "AGREEMENT"  # terms of submission proposed, put in force or refused
    SCHEDULE = "SCHEDULE"  # an agency's retention schedule proposed, put in force, refused or withdrawn
    DUE_LIST = "DUE_LIST"  # case files put on an agency's list of due files, changed, taken off, announced
    EXPIRY_NOTICE = "EXPIRY_NOTICE"  # it was told that case files' periods run out
    MEDIUM = "MEDIUM"  # packages exported to a medium, the medium read again, or destroyed
    MINUTES = "MINUTES"  # the minutes of a hand-over were printed and put into the stores
    PAPER = "PAPER"  # a paper of a destruction was printed, sealed and put into the stores


@dataclass(frozen=True)
class Event:
    """One line of the ledger.

    Attributes:
        seq: contiguous from 1.
        at: aware UTC, strictly increasing.
        payload: JSON values only; enough to replay the register.
    """

    seq: int
    at: datetime
    actor: str
    role: str
    verb: Verb
    object_kind: str
    object_id: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    before_sha256: str | None = None
    after_sha256: str | None = None
    basis: str = ""

    def canonical(self) -> bytes:
        """Return the one byte form of this event: JSON, sorted keys, no spaces, UTF-8."""
        return canonical(self)

    @property
    def sha256(self) -> str:
        """Return the leaf hash in hex."""
        return leaf(self.canonical()).hex()


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def canonical(told: Any) -> bytes:
    """Return the one byte form of an event, or of a row of the register's table: their attributes are the same.

    Verifying a ledger is mostly this, so nothing is copied on the way.
    """
    return _ENCODER.encode(
        {
            "seq": told.seq,
            "at": stamp(told.at),
            "actor": told.actor,
            "role": told.role,
            "verb": str(told.verb),
            "object_kind": told.object_kind,
            "object_id": told.object_id,
            "payload": dict(told.payload),
            "before_sha256": told.before_sha256,
            "after_sha256": told.after_sha256,
            "basis": told.basis,
        }
    ).encode()


def leaf(text: bytes) -> bytes:
    """Return the leaf hash of a canonical form: SHA-256 over a zero byte and it (RFC 6962 section 2.1)."""
    return hashlib.sha256(b"\0" + text).digest()


def stamp(at: datetime) -> str:
    """Return a time as the ledger writes it: UTC, microseconds, Z."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"  # "+00:00" is what goes


def unstamp(text: str) -> datetime:
    """Return the time a stamp stands for."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
