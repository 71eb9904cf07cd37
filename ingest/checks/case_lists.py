"""The lists of case files (Danh mục hồ sơ) that agencies approved, as files the operator puts in.

NĐ 30/2020/NĐ-CP Điều 28: the head of an agency approves the list at the beginning of the year. `case_lists` of [ingest]
names a folder with a CSV for each agency, named after its code: the file code in the first column, anything behind it.
An agency without a file is not asked about its list.
"""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

from ingest.errors import IngestError
from ingest.settings import IngestSettings


class CaseListError(IngestError):
    """An agency's list of case files cannot be read; mend or remove the file the message names."""

    reason_code: ClassVar[str] = "ingest.case-list"


def listed_for(agency_code: str) -> frozenset[str] | None:
    """Return the file codes on the agency's list; None when we have no list of it.

    Raises:
        CaseListError: there is a file, and it cannot be read as UTF-8 CSV.
    """
    folder = IngestSettings.load().case_lists
    if folder is None or not agency_code:
        return None
    # The code is the register's; only its letters, digits and dots make a file name.
    path = folder / f"{''.join(sign for sign in agency_code if sign.isalnum() or sign in '.-_')}.csv"
    try:
        changed = path.stat().st_mtime_ns
    except FileNotFoundError:
        return None
    return _read(path, changed)


@lru_cache(maxsize=64)
def _read(path: Path, _changed: int) -> frozenset[str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return frozenset(row[0].strip() for row in csv.reader(stream) if row and row[0].strip())
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CaseListError(f"the list of case files {path.name} cannot be read: {error}") from error
