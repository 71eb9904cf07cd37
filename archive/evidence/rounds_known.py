"""The rounds the register knows: read one, and write one down."""

from __future__ import annotations

import base64

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.evidence.errors import EvidenceError
from archive.evidence.roundfile import Leaf, Round
from archive.ledger.rows import EvidenceLeafRow, EvidenceRoundRow
from archive.timestamps.judge import Judgement


def write_down(session: Session, made: Round, given: Judgement) -> None:
    """Put a round into the register's tables."""
    session.add(
        EvidenceRoundRow(
            number=made.number,
            timestamp_token=base64.b64encode(made.token).decode(),
            stamped_at=given.token.at if given.token else None,
            stamp_until=given.until,
            algorithm=made.algorithm,
        )
    )
    session.flush()
    session.add_all(
        EvidenceLeafRow(round=made.number, kind=leaf.kind, ref=leaf.ref, sha256=leaf.sha256, hash=leaf.hash)
        for leaf in made.leaves
    )
    session.flush()


def round_of(session: Session, number: int) -> Round:
    """Return a round as the register has it.

    Raises:
        EvidenceError: there is none of that number.
    """
    row = session.get(EvidenceRoundRow, number)
    if row is None:
        raise EvidenceError(f"there is no round {number} of evidence")
    columns = EvidenceLeafRow.__table__.columns
    query = select(columns["sha256"], columns["kind"], columns["ref"], columns["hash"])
    leaves = session.execute(query.where(columns["round"] == number))
    found = sorted(Leaf(*leaf) for leaf in leaves)
    try:
        token = base64.b64decode(row.timestamp_token, validate=True)
    except ValueError:
        token = b""  # somebody changed it; it is no time-stamp, and whoever judges it says so
    return Round(number, tuple(found), token, row.algorithm)
