"""Give out the evidence record (RFC 4998) of one package, or of a ledger seal: its way through every round since."""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.errors import NotFoundError
from archive.evidence.errors import EvidenceError
from archive.evidence.record import Chain, Stamp, write
from archive.evidence.roundfile import PACKAGE, ROUND, STAMP, Leaf, Round
from archive.evidence.rounds_known import round_of
from archive.ledger.rows import EvidenceLeafRow, SealRow
from archive.reason import because
from archive.register.models import Package
from archive.timestamps.token import ALGORITHM

HELD = 8
"""Rounds held in memory while many records are made."""


def package_named(session: Session, name: str) -> Package:
    """Return a package by identifier or name.

    Raises:
        NotFoundError: there is none.
    """
    found = session.scalar(select(Package).where((Package.id == name) | (Package.name == name)))
    if found is None:
        raise NotFoundError(because("archive.no-package", package=name))
    return found


def of_package(session: Session, package: Package) -> bytes:
    """Return the record, DER, that proves since when the package's ZIP is what it is.

    Raises:
        EvidenceError: it has no evidence yet, or that is of other bytes.
    """
    chains = Ways(session).of_package(package.id, package.sha256)
    if not chains:
        raise EvidenceError(because("archive.evidence-none-yet", what=package.name))
    return write(chains)


def of_seal(session: Session, number: int) -> bytes:
    """Return the record of a ledger seal: its own time-stamp and what renewed it.

    The object is the 64 bytes "previous chain value, root"; its SHA-256 is the seal's chain value.

    Raises:
        EvidenceError: the seal does not exist or has no time-stamp of its own.
    """
    seal = session.get(SealRow, number)
    if seal is None or not seal.timestamp_token:
        raise EvidenceError(because("archive.evidence-none-yet", what=f"seal {number}"))
    first = Stamp([], base64.b64decode(seal.timestamp_token))
    return write([Chain(ALGORITHM, (first, *Ways(session).renewals(STAMP, str(number))))])


def of_round(session: Session, made: Round) -> bytes:
    """Return the record of the first leaf of a round: its token, and what renewed that."""
    first = Stamp(made.tree.reduced(made.hashes[0]), made.token)
    return write([Chain(made.algorithm, (first, *Ways(session).renewals(ROUND, str(made.number))))])


class Ways:
    """The ways of objects through the rounds; the rounds met last are held, so many objects of one cost one reading."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._round: Callable[[int], Round] = lru_cache(maxsize=HELD)(self._read)

    def of_package(self, id: str, sha256: str) -> list[Chain]:
        """Return the chains of a package, oldest first; empty when it has no evidence yet.

        Raises:
            EvidenceError: a round has other bytes for it.
        """
        query = select(EvidenceLeafRow.round, EvidenceLeafRow.sha256, EvidenceLeafRow.hash)
        found = self._session.execute(
            query.where(EvidenceLeafRow.kind == PACKAGE, EvidenceLeafRow.ref == id).order_by(
                EvidenceLeafRow.round
            )
        ).all()
        chains = []
        for at, row in enumerate(found):
            if row.sha256 != sha256:
                raise EvidenceError(because("archive.evidence-other-bytes", what=id))
            end = found[at + 1].round if at + 1 < len(found) else None
            first = self._stamp(row.round, Leaf(row.sha256, PACKAGE, id, row.hash))
            later = self.renewals(ROUND, str(row.round), before=end)
            chains.append(Chain(self._round(row.round).algorithm, (first, *later)))
        return chains

    def renewals(self, kind: str, ref: str, *, before: int | None = None) -> list[Stamp]:
        """Return the archive time-stamps that renewed a token: its round's, then of the rounds that renewed that.

        Args:
            before: only of rounds before this one, in which a new chain begins.
        """
        stamps: list[Stamp] = []
        last = 0
        while True:
            query = select(EvidenceLeafRow).where(
                EvidenceLeafRow.kind == kind, EvidenceLeafRow.ref == ref, EvidenceLeafRow.round > last
            )
            if before is not None:
                query = query.where(EvidenceLeafRow.round < before)
            row = self._session.scalar(query.order_by(EvidenceLeafRow.round).limit(1))
            if row is None:
                return stamps
            stamps.append(self._stamp(row.round, Leaf(row.sha256, row.kind, row.ref, row.hash)))
            kind, ref, last = ROUND, str(row.round), row.round

    def _stamp(self, number: int, leaf: Leaf) -> Stamp:
        made = self._round(number)
        return Stamp(made.tree.reduced(leaf.in_tree), made.token)

    def _read(self, number: int) -> Round:
        return round_of(self._session, number)
