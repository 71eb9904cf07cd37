"""The nightly listing: case files told of in a second, in a register where most are not due.

    .venv/bin/python -m benchmarks.auto_listing [--case-files N]

SQLite in a temporary folder, through the ledger as in the house. The second night finds nothing to do; how long it
takes to see that is measured too. One JSON line on standard output.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from archive.register import session as register
from benchmarks.million import fill, load
from retention.procedure.notice import auto_list

NOW = datetime(2026, 3, 2, tzinfo=UTC)
GOAL_PER_SECOND = 5_000


def main() -> None:
    """Measure one night with everything to tell, and the next with nothing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case-files", type=int, default=200_000)
    number = parser.parse_args().case_files
    with tempfile.TemporaryDirectory(prefix="tangthu-bench-") as folder:
        os.environ["TANGTHU_CONFIG"] = f"{folder}/tangthu.toml"
        os.environ["TANGTHU_ARCHIVE__DATA"] = f"{folder}/archive"
        Path(folder, "archive").mkdir()
        engine = register.engine()
        fill(engine, number)
        started, cpu = time.perf_counter(), time.process_time()
        told = auto_list(now=NOW)
        first, cpu = time.perf_counter() - started, time.process_time() - cpu
        started = time.perf_counter()
        again = auto_list(now=NOW)
        second = time.perf_counter() - started
        engine.dispose()
    if not told or again:
        raise SystemExit(f"{told} and then {again} were told of")
    facts = {
        "case_files": number,
        "told": told,
        "seconds": round(first, 2),
        "per_second": round(told / first),
        "cpu_seconds": round(cpu, 2),
        "goal_per_second": GOAL_PER_SECOND,
        "second_night_seconds": round(second, 3),
        "load": load(),
    }
    print(json.dumps(facts))


if __name__ == "__main__":
    main()
