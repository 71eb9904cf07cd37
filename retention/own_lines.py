"""The lines of an agency's own schedule: from the cells of a spreadsheet, with everything that is wrong in them. Pure.

One row is one kind of case file. A row in which only one cell is filled is a heading; the rows below it belong to it.
No law has this form; the columns are those of the state's schedules, and one more that names the state's row.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from archive.reason import Reason, because
from retention.errors import ScheduleError
from retention.floor import against_floor
from retention.folding import fold
from retention.period import RetentionPeriod, Unclear, parse_maintenance
from retention.problem import SHOWN, Problem
from retention.schedule import Line as ScheduleLine
from retention.sheet_file import Cell, Line, cell_name

HEADINGS: Mapping[str, str] = {
    "ref": "Số thứ tự",
    "section": "Nhóm hồ sơ",
    "title": "Tên hồ sơ, tài liệu",
    "retention": "Thời hạn lưu trữ",
    "state_row": "Dòng của bảng Nhà nước",
    "note": "Ghi chú",
}
"""Columns of the template, in their order."""
KNOWN: Mapping[str, str] = {
    **{fold(heading): name for name, heading in HEADINGS.items()},
    **{name.replace("_", " "): name for name in HEADINGS},
    "stt": "ref",
    "so tt": "ref",
    "tt": "ref",
    "nhom": "section",
    "nhom ho so tai lieu": "section",
    "ten nhom ho so tai lieu": "title",
    "ten loai ho so tai lieu": "title",
    "ten ho so": "title",
    "ho so tai lieu": "title",
    "thoi han": "retention",
    "thoi han bao quan": "retention",
    "thbq": "retention",
    "can cu": "state_row",
}
"""Folded headings as seen in practice -> our column."""
NEEDED = ("ref", "title", "retention")
HEAD = 30
"""Lines from the top in which the headings must stand; papers have a letterhead above them."""
LINES = 2_000
LENGTHS = {"ref": 20, "section": 300, "title": 1000, "retention": 100, "state_row": 100, "note": 1000}
PROBLEMS = 500
"""Problems that are named; behind that one more says that there are more."""
AMBIGUOUS = frozenset({"01", "02", "03", "04", "05", "06", "07"})
"""Codes of TT 05/2025 and numbers of years at once: in a schedule nobody can say which is meant."""


@dataclass(frozen=True)
class Own:
    """What a spreadsheet says.

    Attributes:
        lines: the rows that could be read.
        problems: everything that is wrong or to be looked at, in the order of the rows.
    """

    lines: tuple[ScheduleLine, ...]
    problems: tuple[Problem, ...]

    @property
    def refused(self) -> bool:
        """Say whether anything stands against it."""
        return any(problem.blocks for problem in self.problems)


def own_lines(sheets: Sequence[Sequence[Line]]) -> Own:
    """Return the lines of the first sheet that has the headings.

    Args:
        sheets: as `retention.sheet_file.read_sheets` returns them.
    """
    for sheet in sheets:
        for position, line in enumerate(sheet[:HEAD]):
            columns = _columns(line)
            if {"title", "retention"} <= columns.keys():
                missing = [HEADINGS[name] for name in NEEDED if name not in columns]
                if missing:
                    return Own((), (_whole("sheet-column-missing", line.number, missing),))
                return _read(sheet[position + 1 :], columns)
    return Own((), (_whole("sheet-no-headings", 0, [HEADINGS[name] for name in NEEDED]),))


def _whole(code: str, row: int, columns: list[str]) -> Problem:
    why = {
        "sheet-column-missing": because("retention.sheet-column-missing", columns=columns),
        "sheet-no-headings": because("retention.sheet-no-headings", columns=columns),
        "sheet-without-rows": because("retention.sheet-without-rows"),
    }[code]
    return Problem(row, "", "", "", why, because("retention.mend-template"))


def _columns(line: Line) -> dict[str, int]:
    """Return our columns and where they stand; of two with one name the first counts."""
    found: dict[str, int] = {}
    for position, cell in enumerate(line.cells):
        name = KNOWN.get(fold(cell.text))
        if name is not None:
            found.setdefault(name, position)
    return found


def _read(rows: Iterable[Line], columns: Mapping[str, int]) -> Own:
    lines: list[ScheduleLine] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    section = ""
    for row in rows:
        filled = [cell.text for cell in row.cells if cell.text]
        if len(filled) == 1 and not _at(row, columns["retention"]).text:
            section = filled[0][: LENGTHS["section"]]
            continue
        told = {name: _at(row, position) for name, position in columns.items()}
        found = _problems(row, told, columns, seen)
        if len(lines) >= LINES:
            mend = because("retention.mend-split")
            found.append(Problem(row.number, "", "", "", because("retention.sheet-lines", lines=LINES), mend))
        problems.extend(found)
        if any(problem.blocks for problem in found):
            if len(problems) > PROBLEMS:
                more = because("retention.sheet-more-problems", count=PROBLEMS)
                problems[PROBLEMS:] = [Problem(0, "", "", "", more, because("retention.mend-template"))]
                break
            continue
        texts = {name: cell.text for name, cell in told.items()}
        lines.append(line_of({"section": section, **{k: v for k, v in texts.items() if v}}))
    if not lines and not problems:
        problems.append(_whole("sheet-without-rows", 0, []))
    return Own(tuple(lines), tuple(problems))


def _at(row: Line, position: int) -> Cell:
    return row.cells[position] if position < len(row.cells) else Cell("")


def _problems(
    row: Line, told: Mapping[str, Cell], columns: Mapping[str, int], seen: dict[str, int]
) -> list[Problem]:
    """Return what is wrong in one row; note its number in `seen`."""

    def problem(name: str, why: Reason, mend: Reason, *, blocks: bool = True) -> Problem:
        value = told[name].text[:SHOWN] if name in told else ""
        cell = cell_name(row.number, columns[name]) if name in columns else ""
        return Problem(row.number, cell, HEADINGS[name], value, why, mend, blocks)

    found = []
    for name, cell in told.items():
        if cell.computed:
            found.append(problem(name, because("retention.cell-formula"), because("retention.mend-formula")))
        elif name in NEEDED and not cell.text:
            found.append(problem(name, because("retention.cell-empty"), because("retention.mend-empty")))
        elif len(cell.text) > LENGTHS[name]:
            why = because("retention.cell-long", length=len(cell.text), most=LENGTHS[name])
            found.append(problem(name, why, because("retention.mend-long", most=LENGTHS[name])))
    ref = told["ref"].text
    if ref and ref in seen:
        why = because("retention.ref-twice", ref=ref, row=seen[ref])
        found.append(problem("ref", why, because("retention.mend-ref")))
    seen.setdefault(ref, row.number)
    if told["retention"].text and period_of(told["retention"].text) is None:
        why = because("retention.cell-period", text=told["retention"].text)
        found.append(problem("retention", why, because("retention.mend-period")))
    if found:
        return found
    against = against_floor(line_of({name: cell.text for name, cell in told.items()}))
    if against is not None:
        where = "state_row" if against.about_row and "state_row" in columns else "retention"
        found.append(problem(where, against.why, against.mend, blocks=against.blocks))
    return found


def period_of(text: str) -> tuple[RetentionPeriod | None, str] | None:
    """Return the period and what starts its clock; None when the text is no period a schedule may have.

    "Đến khi văn bản hết hiệu lực" has no number of years: (None, "superseded").
    """
    if text.strip() in AMBIGUOUS:
        return None
    period = parse_maintenance(text)
    if isinstance(period, Unclear):
        return (None, "superseded") if period.why == "superseded" else None
    return period, "closure"


def line_of(told: Mapping[str, Any]) -> ScheduleLine:
    """Return a line from what the spreadsheet, or the ledger, says.

    Raises:
        ScheduleError: its period is none.
    """
    found = period_of(str(told["retention"]))
    if found is None:
        raise ScheduleError(because("retention.cell-period", text=told["retention"]))
    period, trigger = found
    return ScheduleLine(
        ref=str(told["ref"]),
        section=str(told.get("section", "")),
        title=str(told["title"]),
        retention=str(told["retention"]),
        period=period,
        trigger=trigger,
        state_row=str(told.get("state_row", "")),
        note=str(told.get("note", "")),
    )


def as_json(lines: Iterable[ScheduleLine]) -> list[dict[str, str]]:
    """Return lines as ledger and register keep them."""
    return [
        {
            "ref": line.ref,
            "section": line.section,
            "title": line.title,
            "retention": line.retention,
            "state_row": line.state_row,
            "note": line.note,
        }
        for line in lines
    ]


def sheet_of(lines: Iterable[Mapping[str, Any]]) -> list[list[Line]]:
    """Return kept lines as a spreadsheet again, to be looked through once more by the same rules."""
    head = Line(1, tuple(Cell(heading) for heading in HEADINGS.values()))
    rows = [
        Line(number, tuple(Cell(str(line.get(name, ""))) for name in HEADINGS))
        for number, line in enumerate(lines, 2)
    ]
    return [[head, *rows]]


def sha256_of(lines: Iterable[Mapping[str, Any]]) -> str:
    """Return the SHA-256 of kept lines as JSON with sorted keys and no spaces, UTF-8; lower-case hex."""
    text = json.dumps(list(lines), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
