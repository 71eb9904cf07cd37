"""Is a line of an agency's own schedule below the state's? Pure.

"Not lower than prescribed" is Law 33/2024/QH15 Điều 15 (known from a summary) and the sector circulars' own words; TT
10/2022 has no such sentence, so treating every scheduled value as a floor is our reading. Three cases, all our rules:

- the line names a row: of TT 09/2011, which we have whole, it must reach it; of TT 10/2022, of which we have 13 rows,
  it is only shown to a person, because an incomplete table refuses nothing. Such a row has a number as the circular
  prints them, or is one of our 13;
- it names none, or its text names no such row (other words, another instrument), and its name is nearly that of a row
  of TT 09/2011: it must reach that one, although the circular ended on 15/02/2023, until whoever wrote the schedule
  names the row of the instrument in force that allows less. So the old table never stands in silently for the new one,
  and nothing gets below it unseen;
- it names none and is like no row: nothing can be said; a text that named no row is shown to a person.

Whatever it names, a line about dossiers of destructions may not be below their 20 years (`archive.dossiers`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from archive.dossiers import CLAUSE, YEARS
from archive.reason import Reason, because
from retention.errors import BelowMinimumError
from retention.folding import fold
from retention.period import LONGEST_YEARS, covers
from retention.schedule import Line, Schedule, matcher, require_minimum, schedule

NEARLY = 0.8
"""Score from which a row's name counts as the line's own; one word of a long name may differ."""
WHOLE, PARTIAL = "tt-09-2011", "tt-10-2022"
_DOSSIER = re.compile(r"\bho so(?: ve)?(?: viec)?(?: tieu)? huy(?: cac)?(?: ho so)? tai lieu\b")
"""How an agency calls the dossier of a destruction, folded: hồ sơ (về việc) (tiêu) hủy tài liệu."""
_ROW = re.compile(r"(?:(?P<table>.*?)\s*[:;,]\s*)?(?:dòng|dong|row|số|so|stt)?\s*(?P<ref>\??\d+[a-z]?)", re.I)
_PRINTED = re.compile(r"[1-9]\d{0,2}[a-z]?")
"""A row's number as a circular prints it, with our letter for a part of it; ours, with "?", must be here."""


@dataclass(frozen=True)
class Against:
    """What the state's schedule says against a line.

    Attributes:
        about_row: it is about the row that was named, not about the period.
        blocks: the line is refused; else a person is to look.
    """

    why: Reason
    mend: Reason
    blocks: bool
    about_row: bool = False


def against_floor(line: Line) -> Against | None:
    """Return what stands against a line; None for nothing."""
    if _DOSSIER.search(fold(line.title)) and line.period is not None and (line.period.years or YEARS) < YEARS:
        why = because("retention.below-dossiers", period=str(line.period), years=YEARS, clause=CLAUSE)
        return Against(why, because("retention.mend-floor"), blocks=True)
    named = _named(line) if line.state_row else None
    if named is not None:
        return _against_named(line, *named)
    found = _nearest(line, schedule(WHOLE))
    now = _nearest(line, schedule(PARTIAL))
    allowed = found is None or _reaches(line, found) or (now is not None and _reaches(line, now))
    if found is not None and not allowed:
        return Against(_below(line, found, schedule(WHOLE)), because("retention.mend-floor"), blocks=True)
    return _not_here(line) if line.state_row else None


def _named(line: Line) -> tuple[Schedule, str] | None:
    """Return the row a line names, of a schedule of the state's; None for a text that names none of them."""
    match = _ROW.fullmatch(line.state_row.strip())
    table = _table(match["table"] or "") if match else None
    if match is None or table is None:
        return None
    of, ref = schedule(table), match["ref"]
    here = of.complete or any(one.ref == ref for one in of.lines)
    return (of, ref) if here or _PRINTED.fullmatch(ref) else None


def _not_here(line: Line) -> Against:
    why = because("retention.row-not-here", row=line.state_row)
    return Against(why, because("retention.mend-look"), blocks=False, about_row=True)


def _against_named(line: Line, of: Schedule, ref: str) -> Against | None:
    row = next((one for one in of.lines if one.ref == ref), None)
    if row is None:
        if not of.complete:
            return _not_here(line)
        why = because("retention.row-unknown", row=ref, instrument=of.instrument)
        return Against(why, because("retention.mend-row"), blocks=True, about_row=True)
    if line.period is None and row.period is not None:
        why = because(
            "retention.row-not-comparable", row=row.ref, instrument=of.instrument, least=row.retention
        )
        return Against(why, because("retention.mend-look"), blocks=False)
    if _reaches(line, row):
        return None
    blocks = of.complete
    mend = because("retention.mend-floor") if blocks else because("retention.mend-look")
    return Against(_below(line, row, of), mend, blocks)


def _table(said: str) -> str | None:
    """Return the id of the schedule that is meant; without any words the whole one, None for another instrument."""
    words = f" {fold(said)} "
    if re.search(r" 0?9 2011 ", words) or not words.strip():
        return WHOLE
    return PARTIAL if " 10 2022 " in words else None


def _nearest(line: Line, of: Schedule) -> Line | None:
    """Return the row whose name is nearly the line's; of rows alike, the one that asks for least."""
    found = matcher(of, least=NEARLY).find(line.title)
    alike = [of.lines[row] for row, score in found if score >= found[0][1] - 1e-9]
    return min(alike, key=_years, default=None)


def _years(line: Line) -> int:
    """Return a row's years; permanent is longer than any, no number of years asks for nothing."""
    return 0 if line.period is None else line.period.years or LONGEST_YEARS + 1


def _reaches(line: Line, row: Line) -> bool:
    """Say whether a line is at least as long as a row; where one has no fixed number nothing can be said."""
    return line.period is None or row.period is None or covers(line.period, row.period)


def _below(line: Line, row: Line, of: Schedule) -> Reason:
    """Return in the words of `require_minimum` that a line is below a row."""
    if line.period is None or row.period is None:
        raise ValueError("asked only where both have a number")
    try:
        require_minimum(line.period, row, of)
    except BelowMinimumError as error:
        return error.reason
    return because(
        "retention.below-partial",
        period=str(line.period),
        least=str(row.period),
        instrument=of.instrument,
        row=row.ref,
        title=row.title,
    )
