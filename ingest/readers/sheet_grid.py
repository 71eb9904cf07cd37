"""A spreadsheet as lines of text, and what in a cell would make a spreadsheet program act."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.finding import Finding

MAX_COLUMNS = 100
"""The sheet of the historical archives has 46."""
HEAD = 30
"""Lines from the top in which the header must stand; forms have a letterhead and a title above it."""
SHOWN = 60
# A text a spreadsheet program would compute or run, were the file opened in one (formula, DDE). "- Kế hoạch (dự thảo)"
# is a text: after a sign, only what has no blank before its bracket, bar or exclamation mark is meant.
_ACTS = re.compile(r"\s*(?:[=@]|[+\-]\S*[(|!])")


@dataclass(frozen=True)
class Line:
    """One line.

    Attributes:
        number: as the spreadsheet program counts, from 1.
        cells: text without outer blanks, "" for an empty one; none at the end is empty.
    """

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Grid:
    """One sheet.

    Attributes:
        name: how findings call it: the file, and the sheet in it when there are several.
    """

    name: str
    lines: tuple[Line, ...]
    findings: tuple[Finding, ...]


def acts(text: str) -> bool:
    """Return whether a spreadsheet program would take this text for a formula."""
    return _ACTS.match(text) is not None


def cell_name(line: int, column: int) -> str:
    """Return a cell as people call it, `F12`; columns count from 0."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{line}"


def formula(grid: str, line: int, column: int, text: str) -> Finding:
    """Return the finding about a cell that computes; its value is not taken."""
    cell = cell_name(line, column)
    return Finding("SHEET_FORMULA", f"{grid} {cell}", {"cell": cell, "value": text[:SHOWN]})


def trimmed(cells: list[str]) -> tuple[str, ...]:
    """Return the cells without the empty ones at the end."""
    while cells and not cells[-1]:
        cells.pop()
    return tuple(cells)
