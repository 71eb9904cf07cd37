"""Give out the evidence record (RFC 4998) of one package, or of a ledger seal: its way through every round since."""

from __future__ import annotations

import base64

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.errors import NotFoundError
from archive.evidence.errors import EvidenceError
from archive.evidence.hashtree import climbed, reduced
from archive.evidence.record import Stamp, write
from archive.evidence.roundfile import PACKAGE, ROUND, STAMP, Round
from archive.evidence.rounds import round_of
from archive.ledger.rows import EvidenceLeafRow, SealRow
from archive.reason import because
from archive.register.models import Package


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
    stamps = renewals(session, PACKAGE, package.id)
    if not stamps:
        raise EvidenceError(because("archive.evidence-none-yet", what=package.name))
    if climbed(bytes.fromhex(package.sha256), stamps[0].lists) is None:
        raise EvidenceError(because("archive.evidence-other-bytes", what=package.name))
    return write(stamps)


def of_seal(session: Session, number: int) -> bytes:
    """Return the record of a ledger seal: its own time-stamp and what renewed it.

    The object is the 64 bytes "previous chain value, root"; its SHA-256 is the seal's chain value.

    Raises:
        EvidenceError: the seal does not exist or has no time-stamp of its own.
    """
    seal = session.get(SealRow, number)
    if seal is None or not seal.timestamp_token:
        raise EvidenceError(because("archive.evidence-none-yet", what=f"seal {number}"))
    token = base64.b64decode(seal.timestamp_token)
    return write([Stamp([], token), *renewals(session, STAMP, str(number))])


def of_round(session: Session, made: Round) -> bytes:
    """Return the record of the first leaf of a round: its token, and what renewed that."""
    first = Stamp(reduced(made.hashes, made.hashes[0]), made.token)
    return write([first, *renewals(session, ROUND, str(made.number))])


def renewals(session: Session, kind: str, ref: str) -> list[Stamp]:
    """Return the archive time-stamps over an object: its round's, then of the rounds that renewed it."""
    stamps: list[Stamp] = []
    last = 0
    while True:
        leaf = session.scalar(
            select(EvidenceLeafRow)
            .where(EvidenceLeafRow.kind == kind, EvidenceLeafRow.ref == ref, EvidenceLeafRow.round > last)
            .order_by(EvidenceLeafRow.round)
            .limit(1)
        )
        if leaf is None:
            return stamps
        made = round_of(session, leaf.round)
        stamps.append(Stamp(reduced(made.hashes, bytes.fromhex(leaf.sha256)), made.token))
        kind, ref, last = ROUND, str(made.number), made.number
