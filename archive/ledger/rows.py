"""The ledger's tables: events, seals over them, rounds of evidence, and cursors of those who follow."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from archive.register.base import Base, Sha256


class EventRow(Base):
    """One event. `seq` is contiguous from 1; `at` strictly increases; rows are never changed."""

    __tablename__ = "event"
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(unique=True)
    actor: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(40))
    verb: Mapped[str] = mapped_column(String(30), index=True)
    object_kind: Mapped[str] = mapped_column(String(20))
    object_id: Mapped[str] = mapped_column(String(100), index=True)
    before_sha256: Mapped[str | None] = mapped_column(Sha256)
    after_sha256: Mapped[str | None] = mapped_column(Sha256)
    basis: Mapped[str] = mapped_column(Text, default="")
    payload: Mapped[dict[str, Any]]
    sha256: Mapped[str] = mapped_column(Sha256)  # of the canonical form, see archive.ledger.event


class SealRow(Base):
    """A Merkle root over a run of events, chained to the seal before."""

    __tablename__ = "seal"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    first_seq: Mapped[int]
    last_seq: Mapped[int]
    root: Mapped[str] = mapped_column(Sha256)
    chain: Mapped[str] = mapped_column(Sha256)  # sha256(previous chain || root)
    sealed_at: Mapped[datetime]
    segment: Mapped[str] = mapped_column(String(200))  # its key in every store
    timestamp_token: Mapped[str] = mapped_column(Text, default="")  # RFC 3161 over `chain`, DER in base64
    stamped_at: Mapped[datetime | None]  # what the authority says
    stamp_until: Mapped[datetime | None]  # when the first certificate of its chain expires


class EvidenceRoundRow(Base):
    """One hash tree (RFC 4998) with one time-stamp over its root; see `archive.evidence`."""

    __tablename__ = "evidence_round"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    timestamp_token: Mapped[str] = mapped_column(Text)  # DER in base64
    stamped_at: Mapped[datetime | None]
    stamp_until: Mapped[datetime | None]  # when the first certificate of its chain expires
    algorithm: Mapped[str] = mapped_column(
        String(16), default="sha256"
    )  # of the tree and of the token's imprint


class EvidenceLeafRow(Base):
    """One hash in a round's tree, and what it is of."""

    __tablename__ = "evidence_leaf"
    __table_args__ = (Index("ix_evidence_leaf_kind_ref", "kind", "ref"),)
    round: Mapped[int] = mapped_column(ForeignKey("evidence_round.number"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)  # package, stamp, round
    ref: Mapped[str] = mapped_column(String(36), primary_key=True)
    sha256: Mapped[str] = mapped_column(Sha256)
    # What stands in the tree, in the round's algorithm; "" when that is `sha256` itself.
    hash: Mapped[str] = mapped_column(String(128), default="")


class CursorRow(Base):
    """How far a follower has read."""

    __tablename__ = "cursor"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    seq: Mapped[int]
