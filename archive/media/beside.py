"""What goes onto a medium beside packages and minutes: ledger segments, their time-stamps, rounds of evidence."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.errors import NotFoundError, TemporaryError
from archive.evidence.roundfile import key_of as round_key
from archive.evidence.rounds_known import round_of
from archive.hashing import sha256_of_file
from archive.ledger.merkle import FIRST_CHAIN
from archive.ledger.rows import SealRow
from archive.ledger.segment import Head, Standing, head_of, standing
from archive.ledger.stamp import stamp_key
from archive.media.medium import DATA, File
from archive.packages.bag import MANIFEST
from archive.register.media import Medium
from archive.stores.interface import Store, read_whole


def files_beside(session: Session, row: Medium, folder: Path, places: Sequence[Store]) -> list[File]:
    """Return the segments, time-stamps and rounds of a medium, each as the register proves it.

    Raises:
        TemporaryError: no store has a sound segment.
        EvidenceError: the register lacks a round that was planned for it.
    """
    return [
        *_segments(session, row.first_segment, row.last_segment, places),
        *_stamps(session, row.first_segment, row.last_segment, folder),
        *_rounds(session, row.first_round, row.last_round),
    ]


def _rounds(session: Session, first: int, last: int) -> Iterator[File]:
    for number in range(first, last + 1) if first else ():
        data = round_of(session, number).to_bytes()
        yield File(round_key(number), hashlib.sha256(data).hexdigest(), len(data))


def _segments(session: Session, first: int, last: int, places: Sequence[Store]) -> Iterator[File]:
    """Yield the sealed segments of that span as files; each is one that the register's seal proves."""
    chain = FIRST_CHAIN
    for row in session.scalars(select(SealRow).where(SealRow.number <= last).order_by(SealRow.number)):
        if row.number >= first:
            head = head_of(row, chain)
            yield _sound(row.segment, head, places)
        chain = row.chain


def _stamps(session: Session, first: int, last: int, folder: Path) -> Iterator[File]:
    """Yield the time-stamps of that span; one that is on the medium already stays as it is, renewed since or not."""
    listed = (folder / MANIFEST).exists()
    for row in session.scalars(
        select(SealRow).where(SealRow.number.between(first, last), SealRow.timestamp_token != "")
    ):
        key = stamp_key(row.number)
        there = folder / DATA / key
        if there.exists():
            yield File(key, sha256_of_file(there), there.stat().st_size)
        elif not listed:
            token = base64.b64decode(row.timestamp_token)
            yield File(key, hashlib.sha256(token).hexdigest(), len(token))


def _sound(key: str, head: Head, places: Sequence[Store]) -> File:
    for store in places:
        try:
            data = read_whole(store, key)
        except (NotFoundError, TemporaryError):
            continue
        if standing(data, head, f"{store.name}:{key}")[0] is Standing.SOUND:
            return File(key, hashlib.sha256(data).hexdigest(), len(data))
    raise TemporaryError(f"no store has a sound {key}; run `tangthu ledger seal`, then export again")
