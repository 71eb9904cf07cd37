"""Days a paper of a disposal list may not bear: one still to come, or one before there was anything to write it about.

No article says it in so many words; each bound is ours and its text says so. A law's day of entry into force is the
law's own. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from archive.procedure.papers import Paper
from archive.reason import Reason, because
from archive.register.models import Regime

IN_FORCE: Mapping[Regime, tuple[date, str]] = {
    Regime.R1: (date(2012, 7, 1), "Luật Lưu trữ 01/2011/QH13"),
    Regime.R2: (date(2025, 7, 1), "Luật Lưu trữ 33/2024/QH15"),
}
"""From when on the law binds that a list is made under, and what it is called."""
LETTER = "submit"
"""Step whose paper is the letter (tờ trình); it is given when the list is made."""


def against_day(step: str, paper: Paper, regime: Regime, today: date) -> Iterator[Reason]:
    """Yield why a step may not rest on a paper of that day.

    Args:
        step: id of the step; `LETTER` for the letter of the list.
        paper: with number and day.
        regime: law the list is made under.
        today: the day the step is taken.
    """
    yield from against_future(step, paper, today)
    told = {"step": step, "number": paper.number, "day": paper.day}
    since, law = IN_FORCE[regime]
    if paper.day < since:
        yield because("archive.paper-before-law", **told, since=since, law=law)


def against_future(step: str, paper: Paper, today: date) -> Iterator[Reason]:
    """Yield that a paper's day is still to come; arguments as of `against_day`."""
    if paper.day > today:
        yield because("archive.paper-in-future", step=step, number=paper.number, day=paper.day, today=today)


def against_ended(paper: Paper, code: str, ended: date | None) -> Iterator[Reason]:
    """Yield that a letter is older than the work of a case file that it wants destroyed.

    Args:
        paper: the letter.
        code: of the case file.
        ended: the day its work ended; None where that is not known.
    """
    if ended is not None and paper.day < ended:
        yield because(
            "archive.paper-before-file",
            number=paper.number,
            day=paper.day,
            file=code,
            ended=ended,
        )
