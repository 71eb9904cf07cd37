"""A sealed run of events as a file: JSON Lines, the first line the seal, then one canonical event a line.

Readable with nothing but a text editor; hashes and chain can be recomputed with any SHA-256.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from archive.errors import LedgerError
from archive.ledger.event import Event, Verb, leaf, stamp, unstamp
from archive.ledger.merkle import chained, root
from archive.ledger.rows import SealRow

FOLDER = "_ledger"


@dataclass(frozen=True)
class Head:
    """The first line of a segment.

    Attributes:
        timestamp_token: always empty. A segment is written before anybody stamped it and never changes; the stamp is
            a file beside it (`archive.ledger.stamp`).
    """

    segment: int
    first_seq: int
    last_seq: int
    root: str
    previous_chain: str
    chain: str
    sealed_at: str
    timestamp_token: str = ""

    def line(self) -> bytes:
        """Return the line as it stands in the file."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":")).encode() + b"\n"


@dataclass(frozen=True)
class Segment:
    """A sealed run of events.

    Attributes:
        lines: the events' canonical forms, when whoever made it has them already.
    """

    head: Head
    events: tuple[Event, ...]
    lines: tuple[bytes, ...] = field(default=(), compare=False, repr=False)

    def to_bytes(self) -> bytes:
        """Return the file's bytes; the same events sealed at the same time give the same bytes."""
        lines = self.lines or (event.canonical() for event in self.events)
        return self.head.line() + b"".join(line + b"\n" for line in lines)


def key_of(number: int) -> str:
    """Return a segment's name in every store."""
    return f"{FOLDER}/segment-{number:06d}.jsonl"


def make(number: int, events: Sequence[Event], previous_chain: str, sealed_at: datetime) -> Segment:
    """Return the segment that seals these events (at least one)."""
    lines = tuple(event.canonical() for event in events)
    top = root([leaf(line) for line in lines]).hex()
    head = Head(
        segment=number,
        first_seq=events[0].seq,
        last_seq=events[-1].seq,
        root=top,
        previous_chain=previous_chain,
        chain=chained(previous_chain, top),
        sealed_at=stamp(sealed_at),
    )
    return Segment(head, tuple(events), lines)


def head_of(row: SealRow, previous_chain: str) -> Head:
    """Return the first line of the segment a seal stands for."""
    return Head(
        segment=row.number,
        first_seq=row.first_seq,
        last_seq=row.last_seq,
        root=row.root,
        previous_chain=previous_chain,
        chain=row.chain,
        sealed_at=stamp(row.sealed_at),
    )


class Standing(StrEnum):
    """What a store's segment is beside the seal the register has for it."""

    SOUND = "sound"
    DAMAGED = "damaged"  # it contradicts itself: bytes went bad, or somebody changed some of them
    CONTRARY = "contrary"  # whole in itself, but another history than the register's: one of the two is false


def standing(data: bytes, head: Head, place: str) -> tuple[Standing, Segment | None]:
    """Return how a store's segment stands to its seal, and the segment when it can be read.

    Args:
        data: the file.
        head: as the register says it must be.
        place: store and name.
    """
    try:
        segment = parse(data, place)
    except LedgerError:
        return Standing.DAMAGED, None
    own = root([bytes.fromhex(event.sha256) for event in segment.events]).hex()
    if segment.head == head and own == head.root:
        return Standing.SOUND, segment
    whole = (own, chained(segment.head.previous_chain, own)) == (segment.head.root, segment.head.chain)
    other = (segment.head.root, segment.head.chain) != (head.root, head.chain)
    return (Standing.CONTRARY if whole and other else Standing.DAMAGED), segment


def parse(data: bytes, place: str) -> Segment:
    """Return the segment these bytes are, whatever its hashes say (`archive.ledger.verify` judges those).

    Args:
        data: the file.
        place: store and name, for the message.

    Raises:
        LedgerError: it is no segment: not JSON, not in canonical form, a field missing, an unknown verb.
    """
    try:
        # Not splitlines(): a Unicode line separator inside a title is no end of a line here.
        first, *rest = data.removesuffix(b"\n").split(b"\n")
        segment = Segment(Head(**json.loads(first)), tuple(_event(json.loads(line)) for line in rest))
        if segment.to_bytes() != data:
            raise ValueError("its lines are not in canonical form")
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise LedgerError(f"{place} is no ledger segment: {error}") from error
    return segment


def _event(facts: dict[str, Any]) -> Event:
    return Event(**{**facts, "at": unstamp(facts["at"]), "verb": Verb(facts["verb"])})
