"""A register of very many case files, made fast; the benchmarks of what a large register costs share it.

    .venv/bin/python -m benchmarks.million [--database sqlite|postgresql|ADDRESS] [--case-files N] [--agencies N]

ADDRESS is an SQLAlchemy address of an empty register that is to stay; a kind's name is one in a temporary folder that
goes again. Other benchmarks call `empty` and `fill`, and those that count on both databases `on_both`. The rows are
written straight into the register, without packages, copies and ledger: only what reads or writes the register is
measured on it. Titles are rows of TT 09/2011 with a place
and a year behind them, as offices write them; periods are those rows', every case file carries the steps that led to
its dates. The same number always gives the same rows.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from functools import cache
from itertools import islice
from typing import Any, cast

from sqlalchemy import Connection, Engine, Table, insert, text

from archive.register.base import Base
from archive.register.migrate import upgrade
from archive.register.models import Agency, CaseFile, Fonds
from archive.register.session import connect, transaction
from retention.period import RetentionPeriod, eligible_from, last_day
from retention.reckoning import FileFacts, reckon
from retention.schedule import Line, schedule

DATABASES = ("sqlite", "postgresql")
STORED_AT = datetime(2026, 3, 2, tzinfo=UTC)
BATCH = 5_000
FIRST_YEAR, YEARS = 1996, 30
"""The work of the case files ended in these years, as many in each."""
PLACES = (
    "huyện Cao Lộc", "huyện Lộc Bình", "huyện Hữu Lũng", "huyện Chi Lăng", "huyện Bắc Sơn", "huyện Bình Gia",
    "huyện Tràng Định", "huyện Văn Lãng", "huyện Văn Quan", "huyện Đình Lập", "thành phố Lạng Sơn",
)  # fmt: skip

Row = dict[str, Any]


def agency_code(number: int) -> str:
    """Return the code of the agency of that number, from 0."""
    return f"000.00.{number + 1:02}.H37"


def case_file_id(number: int) -> str:
    """Return the id of the case file of that number, from 0."""
    return f"00000000-0000-4000-8000-{number:012x}"


def case_files(number: int, *, agencies: int = 10) -> Iterator[Row]:
    """Yield so many rows of `case_file`, spread evenly over agencies, periods and years."""
    lines = [line for line in schedule("tt-09-2011").lines if line.period is not None]
    for n in range(number):
        # Primes that share nothing with the lengths: every line meets every year and every agency.
        yield _row(
            n, lines[n * 7 % len(lines)], date(FIRST_YEAR + n // 3 % YEARS, 1 + n % 12, 15), n % agencies
        )


def _row(n: int, line: Line, ended: date, agency: int) -> Row:
    period = cast(RetentionPeriod, line.period)
    code = agency_code(agency)
    return {
        "id": case_file_id(n),
        "code": f"{code}.{ended.year}.{n:07}",
        "agency_code": code,
        "fonds_code": f"PHONG-{code}",
        "submission_id": case_file_id(n),
        "title": f"{line.title} - {PLACES[n % len(PLACES)]} năm {ended.year} (số {n})",
        "regime": "R1",
        "access": "01",
        "start_date": date(ended.year, 1, 2),
        "end_date": ended,
        "maintenance": str(period),
        "total_docs": 5,
        "total_pages": 20,
        "description": {},
        "state": "stored",
        "stored_at": STORED_AT,
        "permanent": period.permanent,
        "retention_years": period.years,
        "last_day": last_day(ended, period),
        "eligible_from": eligible_from(ended, period),
        "retention_basis": _basis(period, ended.year),
    }


@contextmanager
def empty(kind: str) -> Iterator[Engine]:
    """Yield an engine on an empty database: `sqlite`, or a PostgreSQL of our own. It is gone when the block ends.

    PostgreSQL runs without flushing to disk, as in the tests: what is measured with it is queries, not the disk.
    """
    with ExitStack() as stack:
        if kind == "postgresql":
            from tests.services.postgres_cluster import cluster

            engine = connect(stack.enter_context(cluster()))
        else:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="tangthu-bench-"))
            engine = connect(f"sqlite:///{folder}/register.db")
        stack.callback(engine.dispose)
        yield engine


def load() -> list[float]:
    """Return the machine's load of the last 1, 5 and 15 minutes, which belongs beside every figure."""
    return [round(value, 1) for value in os.getloadavg()]


def on_both(
    bench: str, about: str, measure: Callable[..., dict[str, Any]], sizes: dict[str, int], goal: str
) -> None:
    """Measure on each database and say whether the goal is met on all of them.

    Args:
        bench: its name.
        about: what `--help` says.
        measure: called with each size and then the database; its figures say whether the goal is "met".
        sizes: an option for each, and how large it is when nothing is said.
        goal: with the sizes in it, as `{case_files}`.
    """
    parser = argparse.ArgumentParser(description=about)
    for size, default in sizes.items():
        parser.add_argument(f"--{size.replace('_', '-')}", type=int, default=default)
    parser.add_argument("--database", choices=DATABASES)
    asked = vars(parser.parse_args())
    databases = (asked["database"],) if asked["database"] else DATABASES
    found = {one: measure(*(asked[size] for size in sizes), one) for one in databases}
    figures = {
        "bench": bench,
        **found,
        "goal": goal.format(**asked),
        "met": all(one["met"] for one in found.values()),
        "load": load(),
    }
    print(json.dumps(figures))


@cache
def _basis(period: RetentionPeriod, year: int) -> dict[str, Any]:
    """Return the steps as the follower writes them, without a suggestion: those of one year and period are the same."""
    facts = FileFacts("", "R1", date(year, 6, 15), str(period))
    basis: dict[str, Any] = reckon(facts, among=()).payload()["basis"]
    return basis


def fill(
    engine: Engine,
    number: int,
    *,
    agencies: int = 10,
    rows: Iterator[Row] | None = None,
    told: Callable[[int], None] = lambda count: None,
) -> float:
    """Make the register's tables, write agencies, fonds and case files, and return the seconds it took.

    Args:
        engine: of an empty register.
        number: of case files.
        agencies: how many they are spread over.
        rows: other rows of `case_file` instead, of these agencies.
        told: called with the number written so far.
    """
    upgrade(engine)
    with transaction(on=engine) as session:
        for n in range(agencies):
            session.add(Agency(code=agency_code(n), name=f"Cơ quan số {n + 1}"))
        session.flush()
        for n in range(agencies):
            code = agency_code(n)
            session.add(Fonds(code=f"PHONG-{code}", agency_code=code, name=f"Phông cơ quan số {n + 1}"))
    started = time.perf_counter()
    put(engine, CaseFile, rows or case_files(number, agencies=agencies), told=told)
    analyze(engine)
    return time.perf_counter() - started


def put(
    engine: Engine,
    model: type[Base],
    rows: Iterator[Row],
    *,
    told: Callable[[int], None] = lambda count: None,
) -> None:
    """Write rows of one table as fast as the database takes them, in one transaction."""
    table = cast(Table, model.__table__)
    done = 0
    with engine.begin() as connection:
        while batch := list(islice(rows, BATCH)):
            if engine.dialect.name == "postgresql":
                _copied(connection, table.name, batch)
            else:
                connection.execute(insert(table), batch)
            done += len(batch)
            told(done)


def analyze(engine: Engine) -> None:
    """Have the database look at how much there is."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def _copied(connection: Connection, table: str, batch: list[Row]) -> None:
    """Write a batch by COPY: several times as fast as INSERT."""
    columns = list(batch[0])
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    # psycopg's own cursor: SQLAlchemy knows no COPY.
    with connection.connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in batch:
            copy.write_row([_plain(row[column]) for column in columns])


def _plain(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value


@contextmanager
def _kept(address: str) -> Iterator[Engine]:
    engine = connect(address)
    yield engine
    engine.dispose()


def main() -> None:
    """Make one and say what it cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", default="sqlite")
    parser.add_argument("--case-files", type=int, default=100_000)
    parser.add_argument("--agencies", type=int, default=10)
    asked = parser.parse_args()
    with empty(asked.database) if asked.database in DATABASES else _kept(asked.database) as engine:
        seconds = fill(engine, asked.case_files, agencies=asked.agencies)
    print(
        json.dumps(
            {
                "bench": "million",
                "database": engine.dialect.name,
                "case_files": asked.case_files,
                "seconds": round(seconds, 1),
                "per_second": round(asked.case_files / seconds),
                "load": load(),
            }
        )
    )


if __name__ == "__main__":
    main()
