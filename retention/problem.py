"""What is wrong in one cell of a schedule's spreadsheet, as data."""

from __future__ import annotations

from dataclasses import dataclass

from archive.reason import Reason, because

SHOWN = 80
"""Characters of a cell's value that are shown."""


@dataclass(frozen=True)
class Problem:
    """One finding about one row.

    Attributes:
        row: as the spreadsheet program counts, from 1; 0 for the sheet as a whole.
        cell: as people call it, "D12"; "" where it is about no single cell.
        column: heading of the column.
        value: what stands there, cut.
        why: what is wrong, with the clause where a law says so.
        mend: what to do.
        blocks: the schedule cannot be proposed with it; else a person is only to look.
    """

    row: int
    cell: str
    column: str
    value: str
    why: Reason
    mend: Reason
    blocks: bool = True

    @property
    def reason(self) -> Reason:
        """Return the whole of it as one reason: where, what, and how to mend it."""
        return because(
            "retention.row-problem",
            row=self.row,
            cell=self.cell or "—",
            column=self.column or "—",
            value=self.value[:SHOWN],
            why=self.why,
            mend=self.mend,
        )
