"""Code lists of the law as data: `<name>.csv` beside this file, read once.

Columns: `code` (TT 05/2025/TT-BNV code; empty when the text is only practice under TT 02/2019/TT-BNV, which has no
numeric lists), `name`, `also` (other spellings, separated by ";"), `source`.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from archive.errors import ArchiveError
from archive.vietnamese import plain

TABLES = (
    "type-name",
    "maintenance",
    "use-mode",
    "language",
    "physical-state",
    "confidence",
    "colour",
    "picture-type",
    "media-type",
    "risk-status",
    "dip-purpose",
    "fee-object",
)


class CodeTableError(ArchiveError):
    """A code list is missing or says the same thing twice; mend the data file it names."""


@dataclass(frozen=True)
class CodeEntry:
    """One row of a code list."""

    code: str
    name: str
    also: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class CodeTable:
    """A code list (danh mục mã) that finds a row by code, name or another spelling."""

    name: str
    entries: tuple[CodeEntry, ...]
    _index: Mapping[str, CodeEntry] = field(repr=False, compare=False)

    def find(self, value: str) -> CodeEntry | None:
        """Return the row `value` stands for, whatever its case or spacing; None when it is on no row.

        Diacritics count: "Mật" (secret) is not "Mặt".
        """
        return self._index.get(plain(value))

    def code_of(self, value: str) -> str | None:
        """Return the TT 05/2025 code of a text or code; None when there is none."""
        entry = self.find(value)
        return entry.code or None if entry else None

    def name_of(self, value: str) -> str:
        """Return the Vietnamese name of a code (or a text as the list spells it); `value` itself when unknown."""
        entry = self.find(value)
        return entry.name if entry else value


@dataclass(frozen=True)
class Level1:
    """A level-1 agency code (mã định danh cấp 1): a province or a ministry.

    Attributes:
        state: `active` or `closed`; closed codes stay valid for ever on old documents.
        successor: the code that took it over; "" when active or not recorded.
    """

    code: str
    name: str
    state: str
    successor: str
    evidence: str


@cache
def table(name: str) -> CodeTable:
    """Return the code list `name`, one of `TABLES`.

    Raises:
        CodeTableError: no such list, or one spelling on two rows.
    """
    if name not in TABLES:
        raise CodeTableError(f"no code list {name!r}; known: {', '.join(TABLES)}")
    entries = tuple(
        CodeEntry(row["code"], row["name"], tuple(s for s in row["also"].split(";") if s), row["source"])
        for row in _rows(name)
    )
    index: dict[str, CodeEntry] = {}
    for entry in entries:
        for spelling in {plain(s) for s in (entry.code, entry.name, *entry.also) if s}:
            if spelling in index:
                raise CodeTableError(f"{name}.csv: {spelling!r} is on two rows")
            index[spelling] = entry
    return CodeTable(name, entries, index)


@cache
def level1_codes() -> Mapping[str, Level1]:
    """Return every known level-1 agency code (provinces H.., ministries G..) by code.

    Codes come from public source code, the states of merged provinces are our reading of QĐ 09/2025/QĐ-TTg and
    NQ 202/2025/QH15; the official table is unverified. The list informs, it never refuses a code.
    """
    return {row["code"]: Level1(**row) for row in _rows("agency-level1")}


def _rows(name: str) -> list[dict[str, str]]:
    with files(__package__).joinpath(f"{name}.csv").open("r", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))
