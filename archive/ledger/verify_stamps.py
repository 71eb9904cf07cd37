"""Verify the time-stamps of the seals: in the register and in every store, each over its own seal and vouched for."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.errors import NotFoundError, TemporaryError
from archive.ledger.rows import EvidenceLeafRow, EvidenceRoundRow, SealRow
from archive.ledger.stamp import PREFIX, stamp_key
from archive.reason import Reason, because
from archive.stores.interface import Store, read_whole
from archive.timestamps.judge import Judge


class StampCheck:
    """Walks along with the verification of the seals.

    Args:
        places: the stores; which stamps each has is listed once.
        by: who judges tokens.
        now: aware time; a stamp whose certificates have run out by then proves nothing by itself any more.
    """

    def __init__(self, places: Sequence[Store], by: Judge, now: datetime) -> None:
        self._by, self._now = by, now
        self._held: list[tuple[Store, set[str]]] = []
        self.troubles: list[Reason] = []
        for store in places:
            try:
                self._held.append((store, set(store.names(PREFIX))))
            except TemporaryError as error:
                self.troubles.append(error.reason)

    def faults(self, session: Session, seal: SealRow) -> Iterator[Reason]:
        """Yield what is wrong with the stamp of a seal."""
        key = stamp_key(seal.number)
        if not seal.timestamp_token:
            for store, names in self._held:
                if key in names:
                    names.discard(key)
                    yield because("archive.ledger-stamp-lost", store=store.name, seal=seal.number)
            return
        der = _decoded(seal.timestamp_token)
        judged = self._by.judge(der, bytes.fromhex(seal.chain))
        for why in judged.faults:
            yield because("archive.ledger-stamp-bad", seal=seal.number, why=why)
        if (
            judged.until is not None
            and judged.until < self._now
            and not _renewed(session, seal, der, judged.until)
        ):
            until = judged.until.date()
            yield because("archive.ledger-stamp-ran-out", seal=seal.number, until=until)
        for store, names in self._held:
            place = f"{store.name}:{key}"
            if key not in names:
                yield because("archive.ledger-stamp-missing", place=place)
                continue
            names.discard(key)
            try:
                if read_whole(store, key) != der:
                    yield because("archive.ledger-stamp-differs", place=place, seal=seal.number)
            except NotFoundError:
                yield because("archive.ledger-stamp-missing", place=place)
            except TemporaryError as error:
                yield error.reason

    def left_over(self) -> Iterator[Reason]:
        """Yield the stamps in the stores that belong to no seal."""
        yield from self.troubles
        for store, names in self._held:
            for name in sorted(names):
                yield because("archive.ledger-segment-unknown", store=store.name, name=name)


def _renewed(session: Session, seal: SealRow, der: bytes, until: datetime) -> bool:
    """Say whether a round of evidence took over this very token in time (`archive.evidence` verifies the round)."""
    leaf = (
        select(EvidenceLeafRow.round)
        .join(EvidenceRoundRow, EvidenceRoundRow.number == EvidenceLeafRow.round)
        .where(
            EvidenceLeafRow.kind == "stamp",
            EvidenceLeafRow.ref == str(seal.number),
            EvidenceLeafRow.sha256 == hashlib.sha256(der).hexdigest(),
            EvidenceRoundRow.stamped_at <= until,
        )
    )
    return session.execute(leaf.limit(1)).first() is not None


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""
