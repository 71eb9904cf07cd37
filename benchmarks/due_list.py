"""The due list of a year: seconds at 100,000 and at 1,000,000 case files, and that what is not due is free.

    .venv/bin/python -m benchmarks.due_list [--small N] [--large N] [--due N] [--database sqlite|postgresql]

Both registers hold the same number of case files that fall due in the year; only what is not due grows. Measured are
the whole list of the year, its first page, its last page (which begins behind the page before), one agency's, and the
counts. Rows are written straight into the register (`benchmarks.million`). Best of several runs, so that a busy machine
hurts less. One JSON line on standard output.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from archive.register.session import reading
from archive.viewer import Role, Viewer
from benchmarks.million import DATABASES, Row, agency_code, case_files, empty, fill, load
from retention.eligibility import count_due, due

YEAR = 2026
FIRST, LAST = date(YEAR, 1, 1), date(YEAR, 12, 31)
GOAL_SECONDS = 1.0
GOAL_RATIO = 2.0
FLOOR = 0.01
"""Seconds below which a difference is the machine's and not the list's: a page takes two milliseconds."""
PAGE = 25
WHO = Viewer("bench", {"*": frozenset({Role.ARCHIVIST})})
OF_ONE = Viewer("bench", {agency_code(1): frozenset({Role.ARCHIVIST})})


def rows(number: int, falls_due: int) -> Iterator[Row]:
    """Yield rows, the first ones due in the year, a third of the others permanent, the rest due in later years."""
    for n, row in enumerate(case_files(number)):
        is_due = n < falls_due
        permanent = not is_due and n % 3 == 0
        first = FIRST if is_due else date(YEAR + 1 + n % 60, 1, 1)
        yield row | {
            "maintenance": "Vĩnh viễn" if permanent else "10 năm",
            "permanent": permanent,
            "retention_years": None if permanent else 10,
            "last_day": None if permanent else first - timedelta(days=1),
            "eligible_from": None if permanent else first,
        }


def measure(number: int, falls_due: int, database: str, *, times: int = 20) -> dict[str, Any]:
    """Return the best seconds of each question on a register of so many case files."""
    with empty(database) as engine:
        filled = fill(engine, number, rows=rows(number, falls_due))
        with reading(on=engine) as session:
            asked = questions(session, falls_due)
            best = dict.fromkeys(asked, float("inf"))
            for _ in range(times):
                for name, (ask, expected) in asked.items():
                    started = time.perf_counter()
                    found = ask()
                    best[name] = min(best[name], time.perf_counter() - started)
                    if found != expected:
                        raise SystemExit(f"{name}: {found} case files found, {expected} were written")
    return {"case_files": number, "filled": round(filled, 1)} | {k: round(v, 4) for k, v in best.items()}


def questions(session: Session, falls_due: int) -> dict[str, tuple[Callable[[], int], int]]:
    """Return what is asked, and how many case files the answer has."""
    ask = partial(due, session, viewer=WHO, today=LAST, since=FIRST)
    whole = ask(limit=falls_due + 1)
    behind = whole[-PAGE - 1].place
    return {
        "list": (lambda: len(ask(limit=falls_due + 1)), falls_due),
        "page": (lambda: len(ask(limit=PAGE)), PAGE),
        "last_page": (lambda: len(ask(limit=PAGE, after=behind)), PAGE),
        "agency": (
            lambda: len(due(session, viewer=OF_ONE, today=LAST, since=FIRST, limit=falls_due)),
            falls_due // 10,
        ),
        "counts": (
            lambda: sum(count_due(session, viewer=WHO, today=LAST, since=FIRST).values()),
            falls_due,
        ),
    }


def main() -> None:
    """Measure both sizes and say whether the goals are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", type=int, default=100_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--due", type=int, default=10_000)
    parser.add_argument("--database", choices=DATABASES, default="sqlite")
    asked = parser.parse_args()
    small, large = (measure(number, asked.due, asked.database) for number in (asked.small, asked.large))
    ratios = {
        name: round(max(large[name], FLOOR) / max(small[name], FLOOR), 2)
        for name in small
        if name not in ("case_files", "filled")
    }
    ratio = max(ratios.values())
    print(
        json.dumps(
            {
                "bench": "due_list",
                "database": asked.database,
                "due": asked.due,
                "small": small,
                "large": large,
                "ratios": ratios,
                "ratio": ratio,
                "goal": f"list of {asked.due} among {asked.large} in {GOAL_SECONDS} s, ratio at most {GOAL_RATIO}",
                "met": large["list"] <= GOAL_SECONDS and ratio <= GOAL_RATIO,
                "load": load(),
            }
        )
    )


if __name__ == "__main__":
    main()
