"""The due list of a day: seconds at 100,000 and at 1,000,000 case files, and that what is not due is free.

    .venv/bin/python -m benchmarks.due_list [--small N] [--large N]

Both registers hold the same number of due case files (1,000); only what is not due grows. SQLite in a
temporary folder; rows are written straight into the register, without packages and ledger, because only the
query is measured. Best of several runs, so that a busy machine hurts less. One JSON line on standard output.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert, text

from archive.ledger import rows  # noqa: F401  (tables register themselves)
from archive.register import decisions  # noqa: F401
from archive.register.base import Base
from archive.register.models import Agency, CaseFile, Fonds
from archive.register.session import connect, reading, transaction
from archive.viewer import Role, Viewer
from retention.eligibility import count_due, due

TODAY = date(2026, 3, 2)
DUE = 1_000
GOAL_SECONDS = 1.0
GOAL_RATIO = 2.0
QUERIES = ("list", "page", "agency", "counts")
WHO = Viewer("bench", {"*": frozenset({Role.ARCHIVIST})})
OF_ONE = Viewer("bench", {"A1": frozenset({Role.ARCHIVIST})})


def case_files(number: int) -> Iterator[dict[str, Any]]:
    """Yield rows, the first 1,000 of them due, a third of the others permanent."""
    now = datetime(2026, 3, 2, tzinfo=UTC)
    for n in range(number):
        is_due = n < DUE
        permanent = not is_due and n % 3 == 0
        first = date(2026, 1, 1) if is_due else date(2027 + n % 60, 1, 1)
        yield {
            "id": f"{n:036}",
            "code": f"{n:09}",
            "agency_code": f"A{n % 10}",
            "fonds_code": f"F{n % 10}",
            "submission_id": f"{n:036}",
            "title": f"Hồ sơ số {n} về việc giải quyết kiến nghị của công dân",
            "regime": "R1",
            "access": "01",
            "start_date": date(2015, 1, 1),
            "end_date": date(2015, 12, 1),
            "maintenance": "Vĩnh viễn" if permanent else "10 năm",
            "total_docs": 5,
            "total_pages": 20,
            "description": {},
            "state": "stored",
            "stored_at": now,
            "permanent": permanent,
            "retention_years": None if permanent else 10,
            "last_day": None if permanent else first - timedelta(days=1),
            "eligible_from": None if permanent else first,
            "retention_basis": {},
        }


def fill(engine: Engine, number: int) -> None:
    """Write so many case files of ten agencies."""
    Base.metadata.create_all(engine)
    with transaction(on=engine) as session:
        for n in range(10):
            session.add(Agency(code=f"A{n}", name=f"Cơ quan {n}"))
        session.flush()
        for n in range(10):
            session.add(Fonds(code=f"F{n}", agency_code=f"A{n}", name="Phông"))
        session.flush()
        batch: list[dict[str, Any]] = []
        for row in case_files(number):
            batch.append(row)
            if len(batch) == 5_000:
                session.execute(insert(CaseFile), batch)
                batch = []
        if batch:
            session.execute(insert(CaseFile), batch)
        session.execute(text("ANALYZE"))


def measure(number: int, folder: Path, *, times: int = 7) -> dict[str, Any]:
    """Return the best seconds of the whole due list, its first page, one agency's, and the counts."""
    engine = connect(f"sqlite:///{folder / f'{number}.db'}")
    fill(engine, number)
    best = dict.fromkeys(QUERIES, float("inf"))
    for _ in range(times):
        with reading(on=engine) as session:
            started = time.perf_counter()
            found = due(session, viewer=WHO, today=TODAY, limit=DUE + 1)
            best["list"] = min(best["list"], time.perf_counter() - started)
            started = time.perf_counter()
            due(session, viewer=WHO, today=TODAY, limit=25)
            best["page"] = min(best["page"], time.perf_counter() - started)
            started = time.perf_counter()
            due(session, viewer=OF_ONE, today=TODAY, limit=DUE)
            best["agency"] = min(best["agency"], time.perf_counter() - started)
            started = time.perf_counter()
            counts = count_due(session, viewer=WHO, today=TODAY)
            best["counts"] = min(best["counts"], time.perf_counter() - started)
        if len(found) != DUE or sum(counts.values()) != DUE:
            raise SystemExit(f"{len(found)} due case files found, {DUE} were written")
    engine.dispose()
    return {"case_files": number} | {name: round(seconds, 4) for name, seconds in best.items()}


def main() -> None:
    """Measure both sizes and say whether the goals are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", type=int, default=100_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tangthu-bench-") as folder:
        small, large = (measure(number, Path(folder)) for number in (asked.small, asked.large))
    ratio = round(max(large[name] / small[name] for name in QUERIES), 2)
    met = large["list"] <= GOAL_SECONDS and ratio <= GOAL_RATIO
    print(
        json.dumps(
            {
                "bench": "due_list",
                "due": DUE,
                "small": small,
                "large": large,
                "ratio": ratio,
                "goal": f"list of {DUE} among {asked.large} in {GOAL_SECONDS} s, ratio at most {GOAL_RATIO}",
                "met": met,
            }
        )
    )


if __name__ == "__main__":
    main()
