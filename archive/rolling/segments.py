"""The rounds through the ledger's segments and the rounds of evidence, in every store."""

from __future__ import annotations

from datetime import datetime

from archive.evidence.keep import mend as mend_evidence
from archive.ledger.mend import Mended, mend
from archive.ledger.rows import EvidenceRoundRow, SealRow
from archive.rolling.numbered import roll_numbered

NAME = "ledger"
EVIDENCE = "evidence"


def roll_segments(now: datetime, *, everything: bool = False) -> Mended:
    """Read the ledger's segments and their time-stamps that are due, put them right, and return what was done."""
    return roll_numbered(NAME, SealRow.number, mend, now, everything=everything)


def roll_evidence(now: datetime, *, everything: bool = False) -> Mended:
    """Do the same with the rounds of evidence."""
    return roll_numbered(EVIDENCE, EvidenceRoundRow.number, mend_evidence, now, everything=everything)
