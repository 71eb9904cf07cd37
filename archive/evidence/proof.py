"""What a proof of existence says. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Proof(StrEnum):
    """What proves it."""

    EVIDENCE = "evidence"  # an evidence record of the package
    SEAL = "seal"  # a time-stamped seal of the ledger


@dataclass(frozen=True)
class Existence:
    """A proof that holds.

    Attributes:
        since: the package existed then, as it is.
        until: when the proof has to be renewed.
        authorities: who time-stamped it, oldest first.
    """

    proof: Proof
    since: datetime
    until: datetime | None
    authorities: tuple[str, ...]
