"""One line of an agency's list of due files, and what may stand in it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from archive.reason import Reason, because
from ingest.checks import secret_words
from ingest.checks.dates import parse_date
from ingest.checks.regime import regime_of

LONGEST = {"code": 100, "title": 1000, "period": 100, "note": 500}
MOST_LINES = 5000
FIELDS = ("code", "title", "period", "ended_on", "planned_on", "note")


@dataclass(frozen=True)
class Line:
    """A case file that falls due.

    Attributes:
        code: the file code its delivery will have.
        period: retention period as the agency declares it; "" when it does not say.
        ended_on: the day the work ended.
        planned_on: the day until which it is to be handed in.
    """

    code: str
    title: str
    planned_on: date
    period: str = ""
    ended_on: date | None = None
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the values the ledger keeps."""
        return {
            "code": self.code,
            "title": self.title,
            "period": self.period,
            "ended_on": self.ended_on.isoformat() if self.ended_on else None,
            "planned_on": self.planned_on.isoformat(),
            "note": self.note,
        }


@dataclass(frozen=True)
class Read:
    """What was read of a list: its lines, and everything that is wrong, as reasons. With a wrong line none is taken."""

    lines: tuple[Line, ...]
    problems: tuple[Reason, ...] = ()


def due_by_law(ended_on: date) -> date:
    """Return the last day for handing in a case file whose work ended on a day.

    Rule: one year from that day (Luật 01/2011/QH13 Điều 11.1; NĐ 30/2020/NĐ-CP Điều 31); for work that ended under
    the new law one year from the year it ended (Luật 33/2024/QH15 Điều 17). That the last day is then 31 December of
    the next year is our reading. That digital records are due within 60 days (TT 05/2025/TT-BNV, chapter IV) rests on
    one digest alone, and is not held against anybody.
    """
    if regime_of(ended_on) == "R2":
        return date(ended_on.year + 1, 12, 31)
    try:
        return ended_on.replace(year=ended_on.year + 1)
    except ValueError:  # 29 February
        return date(ended_on.year + 1, 2, 28)


def lines_of(rows: Iterable[tuple[int, Mapping[str, str]]]) -> Read:
    """Return the lines that these rows say, and what is wrong with them.

    Args:
        rows: a number that people find the row by, and its texts by field name; days as DD/MM/YYYY or YYYY-MM-DD.
    """
    lines: dict[str, Line] = {}
    problems: list[Reason] = []
    for count, (number, said) in enumerate(rows, 1):
        if count > MOST_LINES:
            problems.append(because("ingest.due-too-many", most=MOST_LINES))
            break
        line, wrong = _line(said)
        if line is not None and line.code in lines:
            wrong = [because("ingest.due-twice", file=line.code)]
        if wrong or line is None:
            problems += [because("ingest.due-line", line=number, why=why) for why in wrong]
        else:
            lines[line.code] = line
    if not lines and not problems:
        problems.append(because("ingest.due-empty"))
    return Read(tuple(lines.values()), tuple(problems))


def day_said(text: str) -> date | None:
    """Return the day a text names, DD/MM/YYYY or YYYY-MM-DD; None for anything else."""
    if (day := parse_date(text)) is not None:
        return day
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _line(said: Mapping[str, str]) -> tuple[Line | None, list[Reason]]:
    texts = {name: " ".join(str(said.get(name) or "").split()) for name in FIELDS}
    if any(
        secret_words.is_secret_name(texts[name]) or secret_words.is_secret_field(field, texts[name])
        for name, field in (("title", "Title"), ("note", "Description"), ("code", "FileCode"))
    ):
        return None, [because("ingest.due-secret")]  # and nothing of it is repeated
    wrong = [
        because("ingest.due-long", field=name, most=most)
        for name, most in LONGEST.items()
        if len(texts[name]) > most
    ]
    wrong += [because("ingest.due-missing", field=name) for name in ("code", "title") if not texts[name]]
    days: dict[str, date | None] = {}
    for name in ("ended_on", "planned_on"):
        days[name] = day_said(texts[name])
        if texts[name] and days[name] is None:
            wrong.append(because("ingest.due-no-day", field=name, said=texts[name][:30]))
    ended, planned = days["ended_on"], days["planned_on"]
    if planned is None and ended is not None and not texts["planned_on"]:
        planned = due_by_law(ended)
    if planned is None:
        if not any(reason.code == "ingest.due-no-day" for reason in wrong):
            wrong.append(because("ingest.due-missing", field="planned_on"))
        return None, wrong
    if ended is not None and planned < ended:
        wrong.append(because("ingest.due-before-end"))
    if wrong:
        return None, wrong
    return Line(texts["code"], texts["title"], planned, texts["period"], ended, texts["note"]), []
