"""Copies given out, as one who holds a record's bytes: those still lying here are erased with their case file.

What somebody has fetched already is not ours any more; who it was stands in the ledger (COPY).
"""

from __future__ import annotations

from datetime import UTC, datetime

from archive.holders import Erasure, Holder, Target
from exports.giving import counter

NAME = "copies-given"


class GivenCopies:
    """All copies that wait to be fetched."""

    @property
    def name(self) -> str:
        """Return `copies-given`."""
        return NAME

    def erase(self, target: Target) -> Erasure:
        """Erase every copy of the case file, look again, and say so. Safe to call twice.

        Raises:
            TemporaryError: one is being prepared at this moment, or the disk does not answer; call again.
        """
        erased = [counter.erase(one) for one in counter.of_case_file(target.case_file_id)]
        files, size = sum(one.files for one in erased), sum(one.size for one in erased)
        return Erasure(
            holder=self.name,
            what=f"{files} files, {size} bytes" if erased else "nothing",
            how="clear: overwritten once and removed" if erased else "not applicable: no copy was asked for",
            at=datetime.now(UTC),
            gone=not counter.of_case_file(target.case_file_id),
        )


def holders() -> list[Holder]:
    """Return the copies given out as a holder (entry point `tangthu.holders`)."""
    return [GivenCopies()]
