"""How long a case file is kept: periods, and the days that follow from them. Pure; no clock, no database.

Rule: the period runs from the *year* the work ended (TT 10/2022/TT-BNV Điều 3.1; TT 09/2011/TT-BNV Điều 2.1;
Law 33/2024/QH15 Điều 15.3). Worked example: work ended 14/03/2014, 20 years: kept through 31/12/2034, may go
on a disposal list from 01/01/2035. What cannot be read is never due: it waits for an archivist.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from retention.folding import fold

LONGEST_YEARS = 70
"""Our limit: the longest fixed period we take. Six rows of TT 09/2011 and code 02 of TT 05/2025 say 70 years; that
a law sets a ceiling there is not verified (Law 01/2011/QH13 Điều 17.2 even says under 70)."""

CODES: dict[str, int | None] = {"01": None, "02": 70, "03": 50, "04": 30, "05": 20, "06": 10}
"""TT 05/2025/TT-BNV code list of maintenance -> years, None for permanent. 07 (Khác) says nothing."""

_YEARS = re.compile(r"(\d{1,3}) ?(?:năm|nam|years?)\.?", re.ASCII | re.IGNORECASE)
_BARE = re.compile(r"([1-9]\d)", re.ASCII)


class Counting(StrEnum):
    """Whether the year the work ended is itself one of the N years.

    The circulars say "from the year the work ended" (TT 10/2022/TT-BNV Điều 3.1) and not whether that year counts.
    `NEXT_YEAR` is our cautious reading: N full years after that year. `SAME_YEAR` ends one year earlier.
    """

    NEXT_YEAR = "next-year"
    SAME_YEAR = "same-year"


@dataclass(frozen=True)
class RetentionPeriod:
    """How long (thời hạn lưu trữ; until 30/06/2025 thời hạn bảo quản).

    Attributes:
        years: whole years, 1 to 70; None means permanent (vĩnh viễn).
    """

    years: int | None

    def __post_init__(self) -> None:
        if self.years is not None and not 1 <= self.years <= LONGEST_YEARS:
            raise ValueError(f"a period is permanent or 1 to {LONGEST_YEARS} years, not {self.years}")

    @property
    def permanent(self) -> bool:
        """Say whether it never ends."""
        return self.years is None

    def __str__(self) -> str:
        return "Vĩnh viễn" if self.years is None else f"{self.years} năm"


PERMANENT = RetentionPeriod(None)


@dataclass(frozen=True)
class Unclear:
    """A period nobody can count with. Fails closed: never due, shown to the archivist.

    Attributes:
        text: as declared.
        why: one of the codes of `retention.explain.WHY`.
    """

    text: str
    why: str


def parse_maintenance(text: str) -> RetentionPeriod | Unclear:
    """Return the period a declared text stands for, or Unclear; never a guess that is too short.

    "Vĩnh viễn" and "20 năm" are the two forms of TT 02/2019. Exactly two digits 01 to 07 are read as the code
    list of TT 05/2025 whatever the regime, because for each of them the code is longer than the same number
    of years (our reading). Two digits from 10 to 70 alone are years (our reading: schedules know no other
    unit). One digit alone could be either, so it is unclear.
    """
    declared = unicodedata.normalize("NFC", text).strip()
    words = fold(declared)
    if not words:
        return Unclear(text, "empty")
    if words in ("vinh vien", "permanent"):
        return PERMANENT
    if declared in CODES:
        return RetentionPeriod(CODES[declared])
    if declared == "07":
        return Unclear(text, "other")
    if "het hieu luc" in words:
        return Unclear(text, "superseded")
    # Not on the folded words: folding would turn "10-20 năm" and "1,5 năm" into other numbers.
    match = _YEARS.fullmatch(" ".join(declared.split())) or _BARE.fullmatch(declared)
    if match is None:
        return Unclear(text, "not-a-period")
    years = int(match.group(1))
    if not 1 <= years <= LONGEST_YEARS:
        return Unclear(text, "out-of-range")
    return RetentionPeriod(years)


def longest(periods: Iterable[RetentionPeriod | Unclear]) -> RetentionPeriod | Unclear:
    """Return the longest of a file's and its documents' periods: the file takes its longest document.

    Rule: Law 33/2024/QH15 Điều 15.4 (known from a quotation). For case files under the Law of 2011 no such
    sentence was found in TT 10/2022; applying it there is our reading, and the cautious one.
    Permanent wins over everything; otherwise one unclear period makes the whole unclear, because nobody can
    say that it is not the longest. No periods at all are unclear.
    """
    found = tuple(periods)
    if PERMANENT in found:
        return PERMANENT
    for period in found:
        if isinstance(period, Unclear):
            return period
    years = [period.years for period in found if isinstance(period, RetentionPeriod) and period.years]
    return RetentionPeriod(max(years)) if years else Unclear("", "empty")


def last_day(
    work_ended: date, period: RetentionPeriod, *, counting: Counting = Counting.NEXT_YEAR
) -> date | None:
    """Return the last day a case file must be kept, always a 31 December; None if permanent."""
    if period.years is None:
        return None
    return date(work_ended.year + period.years - (counting is Counting.SAME_YEAR), 12, 31)


def eligible_from(
    work_ended: date, period: RetentionPeriod, *, counting: Counting = Counting.NEXT_YEAR
) -> date | None:
    """Return the first day a case file may go on a disposal list; None if permanent.

    Vietnamese: ngày hết thời hạn lưu trữ của hồ sơ. 01/01 of Y + N + 1 for work that ended in year Y and a
    period of N years: an inference, see `Counting`. Expiry alone does not make a record disposable (Law 2011
    Điều 17.3): the council and the head still decide.
    """
    last = last_day(work_ended, period, counting=counting)
    return None if last is None else date(last.year + 1, 1, 1)


def covers(period: RetentionPeriod, least: RetentionPeriod) -> bool:
    """Say whether a period is at least as long as another."""
    if period.years is None:
        return True
    return least.years is not None and period.years >= least.years
