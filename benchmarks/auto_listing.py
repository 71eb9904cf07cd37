"""The nightly listing: case files told of in a second, in a register where most are not due.

    .venv/bin/python -m benchmarks.auto_listing [--case-files N] [--database sqlite|postgresql]

Without a database named both are measured, one after the other. Through the ledger as in the house. The second night
finds nothing to do; how long it takes to see that is measured too. One JSON line on standard output.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from datetime import UTC, datetime
from typing import Any

from archive.register import session as register
from benchmarks.million import DATABASES, empty, fill, load
from retention.procedure.notice import auto_list

NOW = datetime(2026, 3, 2, tzinfo=UTC)
GOAL_PER_SECOND = 5_000


def measure(number: int, database: str) -> dict[str, Any]:
    """Return what one night with everything to tell costs, and the next with nothing."""
    with empty(database) as engine:
        filled = fill(engine, number)
        os.environ["TANGTHU_ARCHIVE__REGISTER_URL"] = engine.url.render_as_string(hide_password=False)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started, cpu = time.perf_counter(), time.process_time()
        told = auto_list(now=NOW)
        seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        started = time.perf_counter()
        again = auto_list(now=NOW)
        second = time.perf_counter() - started
        register.engine().dispose()
    if not told or again:
        raise SystemExit(f"{told} and then {again} were told of")
    return {
        "case_files": number,
        "filled": round(filled, 1),
        "told": told,
        "seconds": round(seconds, 2),
        "per_second": round(told / seconds),
        "cpu": round(cpu, 2),
        "per_cpu_second": round(told / cpu),
        "grown_mib": round(grown, 1),
        "second_night_seconds": round(second, 3),
        "met": told / seconds >= GOAL_PER_SECOND,
    }


def main() -> None:
    """Measure each database and say whether the goal is met on all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case-files", type=int, default=1_000_000)
    parser.add_argument("--database", choices=DATABASES)
    asked = parser.parse_args()
    found = {
        database: measure(asked.case_files, database)
        for database in ((asked.database,) if asked.database else DATABASES)
    }
    print(
        json.dumps(
            {
                "bench": "auto_listing",
                **found,
                "goal": f"{GOAL_PER_SECOND} case files told of in a second, of {asked.case_files}",
                "met": all(one["met"] for one in found.values()),
                "load": load(),
            }
        )
    )


if __name__ == "__main__":
    main()
