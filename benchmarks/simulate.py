"""Simulating a new version of a schedule over 1,000,000 case files: seconds, memory, and that it is linear.

    .venv/bin/python -m benchmarks.simulate [--small N] [--large N] [--database sqlite|postgresql]

The version has the 271 rows of TT 09/2011 an agency's schedule can have, every third with another period. Every move is
written to a CSV, as the page and the command do. Memory is what the process takes more at its highest than before.
One JSON line on standard output.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from dataclasses import replace
from datetime import date
from typing import Any

from archive.register.session import reading
from archive.viewer import Role, Viewer
from benchmarks.million import DATABASES, empty, fill, load
from retention.moves import MovesFile
from retention.own_schedules import unsaved
from retention.period import Counting, RetentionPeriod
from retention.schedule import Line, Schedule, schedule
from retention.simulate import Way, simulate

GOAL_SECONDS = 60.0
GOAL_RATIO = 1.5
WHO = Viewer("bench", {"*": frozenset({Role.ARCHIVIST})})


def changed() -> Schedule:
    """Return the version: the state's rows, every third of them kept for other years."""
    lines: list[Line] = []
    for n, line in enumerate(schedule("tt-09-2011").lines):
        if line.trigger == "other":
            continue
        if n % 3 == 0 and line.period is not None and line.period.years is not None:
            line = replace(line, period=RetentionPeriod(line.period.years % 70 + 1))
        lines.append(line)
    return unsaved("bench.xlsx", "*", date(2011, 7, 18), tuple(lines))


def measure(number: int, database: str) -> dict[str, Any]:
    """Return seconds and MiB for a register of so many case files, and how many would move."""
    table = changed()
    with empty(database) as engine:
        filled = fill(engine, number)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started = time.perf_counter()
        worked = time.process_time()
        with (
            reading(on=engine) as session,
            tempfile.TemporaryFile("w", encoding="utf-8", newline="") as sink,
        ):
            write = MovesFile(sink)
            totals = simulate(
                session, table, agency="*", viewer=WHO, counting=Counting.NEXT_YEAR, moved=write
            )
            written = sink.tell()
        seconds, cpu = time.perf_counter() - started, time.process_time() - worked
        memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    if totals.looked_at != number or not totals.moved or not totals.count(Way.SAME):
        raise SystemExit(f"{totals.looked_at} case files of {number}, {totals.moved} moved")
    return {
        "case_files": number,
        "filled": round(filled, 1),
        "seconds": round(seconds, 2),
        "cpu": round(cpu, 2),
        "moved": totals.moved,
        "csv_mib": round(written / 2**20, 1),
        "grown_mib": round(memory, 1),
    }


def main() -> None:
    """Measure both sizes and say whether the goals are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", type=int, default=100_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--database", choices=DATABASES, default="sqlite")
    asked = parser.parse_args()
    small, large = (measure(number, asked.database) for number in (asked.small, asked.large))
    growth = large["cpu"] / small["cpu"] / (asked.large / asked.small)
    print(
        json.dumps(
            {
                "bench": "simulate",
                "database": asked.database,
                "small": small,
                "large": large,
                "growth": round(growth, 2),
                "goal": f"{asked.large} in {GOAL_SECONDS} s, growth at most {GOAL_RATIO} x linear",
                "met": large["seconds"] <= GOAL_SECONDS and growth <= GOAL_RATIO,
                "load": load(),
            }
        )
    )


if __name__ == "__main__":
    main()
