"""Retention schedules as frozen, effective-dated data, and suggestions from them.

A schedule (bảng thời hạn lưu trữ tài liệu) is one version of one instrument. A version once used is never
edited: a changed table is a new version with other dates. The state's are loaded from
`archive/codes/retention-*.csv`; an agency's own are in the register (`retention.versions`).
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property, lru_cache
from importlib.resources import files

from archive.reason import because
from retention.errors import BelowMinimumError, ScheduleError
from retention.matching import Matcher
from retention.period import PERMANENT, RetentionPeriod, covers

COLUMNS = ("ref", "section_no", "section", "title", "retention", "retention_years", "trigger")
TRIGGERS = frozenset({"closure", "superseded", "other"})


@dataclass(frozen=True)
class Line:
    """One row of a schedule.

    Attributes:
        ref: row number; a letter is ours where the instrument prints dashes.
        retention: as printed.
        period: None where no fixed number is printed (until superseded, life of the works).
        trigger: closure, superseded or other: what starts the clock.
        state_row: in an agency's own schedule, the row of the state's that it follows, as written there.
        note: as written there.
    """

    ref: str
    section: str
    title: str
    retention: str
    period: RetentionPeriod | None
    trigger: str
    state_row: str = ""
    note: str = ""


@dataclass(frozen=True)
class Schedule:
    """One version of a schedule.

    Attributes:
        instrument: the circular, as cited.
        clause: where in it the table is.
        valid_to: last day in force; None while no end is known to us.
        complete: every row is here. Only a complete schedule may refuse a period.
        note_vi: what the reader must know about this copy.
        note_en: the same in English.
        sha256: of the file it was loaded from, so that an explanation can name the very version.
    """

    id: str
    instrument: str
    clause: str
    valid_from: date
    valid_to: date | None
    complete: bool
    note_vi: str
    note_en: str
    sha256: str
    lines: tuple[Line, ...]

    @cached_property
    def titles(self) -> tuple[str, ...]:
        """Return the titles of the rows, in their order."""
        return tuple(line.title for line in self.lines)

    def in_force(self, on: date) -> bool:
        """Say whether the instrument was in force that day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    def line(self, ref: str) -> Line:
        """Return a row by its number.

        Raises:
            ScheduleError: there is no such row.
        """
        for line in self.lines:
            if line.ref == ref:
                return line
        raise ScheduleError(
            because("retention.no-row", instrument=self.instrument, row=ref, first=self.lines[0].ref)
        )


@dataclass(frozen=True)
class Suggestion:
    """A row that looks like the case file. A person decides; nothing is taken over by itself.

    Attributes:
        score: 0 to 1, how much of the row's and the title's meaning they share.
        shared: the folded words both have, the reason for the match.
        in_force: the instrument was in force when the work ended.
    """

    schedule: Schedule
    line: Line
    score: float
    shared: tuple[str, ...]
    in_force: bool


def parse(name: str, text: str) -> tuple[Line, ...]:
    """Return the rows of a schedule file.

    Raises:
        ScheduleError: a column is missing or a cell is not what it must be; names file, line and cell.
    """
    reader = csv.DictReader(text.splitlines())
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise ScheduleError(f"{name}: the columns must be {', '.join(COLUMNS)}")
    lines: list[Line] = []
    seen: set[str] = set()
    for row in reader:
        where = f"{name} line {reader.line_num}"
        if row["ref"] in seen or not row["ref"]:
            raise ScheduleError(f"{where}: ref {row['ref']!r} is empty or there twice")
        if row["trigger"] not in TRIGGERS:
            raise ScheduleError(
                f"{where}: trigger {row['trigger']!r} is none of {', '.join(sorted(TRIGGERS))}"
            )
        seen.add(row["ref"])
        lines.append(
            Line(
                row["ref"],
                row["section"],
                row["title"],
                row["retention"],
                _period(where, row["retention_years"]),
                row["trigger"],
            )
        )
    if not lines:
        raise ScheduleError(f"{name}: no rows")
    return tuple(lines)


def _period(where: str, years: str) -> RetentionPeriod | None:
    if not years:
        return None
    if years == "permanent":
        return PERMANENT
    if not years.isdecimal() or not 1 <= int(years) <= 70:
        raise ScheduleError(f"{where}: retention_years {years!r} is neither 1 to 70 nor permanent nor empty")
    return RetentionPeriod(int(years))


@cache
def schedules() -> tuple[Schedule, ...]:
    """Return every schedule we have, oldest first.

    TT 10/2022 holds 13 rows of a longer annex that could not be had: a suggestion only, never enforced.
    Whether it is still in force after 01/07/2025 is not known to us, so it has no end here.
    """
    return (
        _load(
            "retention-09-2011.csv",
            id="tt-09-2011",
            instrument="Thông tư 09/2011/TT-BNV",
            clause="Bảng thời hạn bảo quản",
            valid_from=date(2011, 7, 18),
            valid_to=date(2023, 2, 14),
            complete=True,
            note_vi="Số thứ tự dòng 15-202 suy ra từ thứ tự trong bảng; chữ cái a, b, c do chúng tôi đặt.",
            note_en="Row numbers 15-202 follow from their order in the table; the letters a, b, c are ours.",
        ),
        _load(
            "retention-10-2022.csv",
            id="tt-10-2022",
            instrument="Thông tư 10/2022/TT-BNV",
            clause="Phụ lục I",
            valid_from=date(2023, 2, 15),
            valid_to=None,
            complete=False,
            note_vi="Bản chưa đầy đủ (13 dòng): chỉ để gợi ý, không dùng để từ chối.",
            note_en="Incomplete (13 rows): a suggestion only, never enforced alone.",
        ),
    )


def _load(
    name: str,
    *,
    id: str,
    instrument: str,
    clause: str,
    valid_from: date,
    valid_to: date | None,
    complete: bool,
    note_vi: str,
    note_en: str,
) -> Schedule:
    raw = files("archive").joinpath("codes", name).read_bytes()
    return Schedule(
        id=id,
        instrument=instrument,
        clause=clause,
        valid_from=valid_from,
        valid_to=valid_to,
        complete=complete,
        note_vi=note_vi,
        note_en=note_en,
        sha256=hashlib.sha256(raw).hexdigest(),
        lines=parse(name, raw.decode("utf-8-sig")),
    )


def schedule(id: str) -> Schedule:
    """Return a schedule by id.

    Raises:
        ScheduleError: there is none of that id.
    """
    for known in schedules():
        if known.id == id:
            return known
    ids = ", ".join(one.id for one in schedules())
    raise ScheduleError(because("retention.unknown-schedule", schedule=id, known=ids))


LEAST = 0.35
"""Score below which a row is not suggested."""


@lru_cache(maxsize=16)
def _matcher(titles: tuple[str, ...], least: float) -> Matcher:
    return Matcher(titles, least=least)


def matcher(of: Schedule, *, least: float = LEAST) -> Matcher:
    """Return what finds a schedule's rows by title: rows are numbered as in `of.lines`."""
    return _matcher(of.titles, least)


def suggest(
    title: str,
    *,
    on: date,
    among: Iterable[Schedule] | None = None,
    least: float = LEAST,
    most: int = 3,
) -> tuple[Suggestion, ...]:
    """Return the rows most like a title, best first; rows of instruments in force before the others.

    Args:
        title: of the case file; the names of its documents' types may be put behind it.
        on: the day the work ended.
        among: schedules to look in; all we have if None.
        least: score below which a row is not shown.
        most: rows returned at most.
    """
    found: list[Suggestion] = []
    for table in schedules() if among is None else among:
        finds = matcher(table, least=least)
        for row, score in finds.find(title):
            shared = finds.shared(title, row)
            found.append(Suggestion(table, table.lines[row], score, shared, table.in_force(on)))
    found.sort(key=lambda one: (not one.in_force, -one.score, one.line.ref))
    return tuple(found[:most])


def require_minimum(period: RetentionPeriod, assigned: Line, of: Schedule) -> None:
    """Pass when a period is not below the row a case file was assigned to.

    "Not lower than prescribed": Law 33/2024/QH15 Điều 15 (known from a summary); TT 10/2022 has no such
    sentence, so treating each scheduled value as a floor is our reading there. A schedule that is not
    complete refuses nothing.

    Raises:
        BelowMinimumError: it is shorter; the message names instrument, clause and row.
    """
    if not of.complete or assigned.period is None or covers(period, assigned.period):
        return
    raise BelowMinimumError(
        because(
            "retention.below-minimum",
            period=str(period),
            least=str(assigned.period),
            instrument=of.instrument,
            clause=of.clause,
            row=assigned.ref,
            title=assigned.title,
        )
    )
