"""The nightly listing: case files told of in a second, in a register where most are not due.

    .venv/bin/python -m benchmarks.auto_listing [--case-files N] [--with-documents N] [--database sqlite|postgresql]

Without a database named both are measured, one after the other. Through the ledger as in the house. Told of are what
runs out, and what is a duplicate: some of the case files have documents, every twentieth of these those of another one
of its agency, and one document lies in all of them. The second night finds nothing to do; how long it takes to see that
is measured too, with the duplicates looked for again. One JSON line on standard output.
"""

from __future__ import annotations

import os
import resource
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select

from archive.register import session as register
from archive.register.models import CaseFile, Component, ComponentRole, Copy, CopyState, Package, Record
from archive.settings import ArchiveSettings
from benchmarks.million import analyze, empty, fill, on_both, put
from retention.procedure import duplicates, notice

NOW = datetime(2026, 3, 2, tzinfo=UTC)
ONE_DAY = timedelta(days=1)
DOCUMENTS = 3
GOAL_PER_SECOND = 5_000


def measure(number: int, documented: int, database: str) -> dict[str, Any]:
    """Return what one night with everything to tell costs, and the next with nothing."""
    with empty(database) as engine:
        filled = fill(engine, number)
        began = time.perf_counter()
        give_documents(engine, documented)
        filled += time.perf_counter() - began
        os.environ["TANGTHU_ARCHIVE__REGISTER_URL"] = engine.url.render_as_string(hide_password=False)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started, cpu = time.perf_counter(), time.process_time()
        told = notice.auto_list(now=NOW)
        expired = time.perf_counter() - started
        alike = duplicates.auto_list(now=NOW)
        seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        started = time.perf_counter()
        again = notice.auto_list(now=NOW + ONE_DAY) + duplicates.auto_list(now=NOW + ONE_DAY)
        second = time.perf_counter() - started
        register.engine().dispose()
    if not told or not alike or again:
        raise SystemExit(f"{told} and {alike}, and then {again} were told of")
    every = told + alike
    return {
        "case_files": number,
        "filled": round(filled, 1),
        "expired": told,
        "expired_seconds": round(expired, 2),
        "with_documents": documented,
        "duplicates": alike,
        "duplicates_seconds": round(seconds - expired, 2),
        "seconds": round(seconds, 2),
        "per_second": round(every / seconds),
        "cpu": round(cpu, 2),
        "per_cpu_second": round(every / cpu),
        "grown_mib": round(grown, 1),
        "second_night_seconds": round(second, 3),
        "met": every / seconds >= GOAL_PER_SECOND,
    }


def give_documents(engine: Engine, number: int) -> None:
    """Give documents, packages and copies to that many case files of those whose period ends last, or never."""
    with engine.connect() as connection:
        late = select(CaseFile.id).where(CaseFile.eligible_from > NOW.date() + 60 * ONE_DAY)
        ids = list(connection.scalars(late.order_by(CaseFile.agency_code, CaseFile.code).limit(number)))
    stores = [store.name for store in ArchiveSettings.load().all_stores]
    put(engine, Record, (_record(id, n) for id in ids for n in range(DOCUMENTS)))
    put(engine, Component, (_component(ids, place, n) for place in range(len(ids)) for n in range(DOCUMENTS)))
    put(engine, Package, (_package(id) for id in ids))
    put(
        engine,
        Copy,
        (
            {"package_id": id, "store": store, "state": CopyState.VERIFIED.value, "checked_at": NOW}
            for id in ids
            for store in stores
        ),
    )
    analyze(engine)


def _id(case_file: str, n: int) -> str:
    return f"{n:08x}{case_file[8:]}"


def _record(case_file: str, n: int) -> dict[str, Any]:
    return {
        "id": _id(case_file, n),
        "case_file_id": case_file,
        "ordinal": n + 1,
        **dict.fromkeys(("code", "type_name", "number", "notation", "organ_name", "subject"), ""),
        "pages": 1,
        "description": {},
    }


def _component(ids: list[str], place: int, n: int) -> dict[str, Any]:
    source = place - 1 if place % 20 == 1 else place
    id = _id(ids[place], n)
    return {
        "id": id,
        "record_id": id,
        "role": ComponentRole.ORIGINAL.value,
        "name": "a.pdf",
        "path": "a.pdf",
        "media_type": "application/pdf",
        "puid": "fmt/276",
        "size": 1,
        "sha256": "f" * 64 if n == 0 else f"{source:060x}{n:04x}",
        "facts": {"signatures": []},
    }


def _package(case_file: str) -> dict[str, Any]:
    return {
        "id": case_file,
        "case_file_id": case_file,
        "version": 1,
        "name": f"{case_file}/v0001.zip",
        "objid": case_file,
        "sha256": "0" * 64,
        "size": 1,
        "made_at": NOW,
    }


def main() -> None:
    """Measure each database and say whether the goal is met on all of them."""
    on_both(
        "auto_listing",
        str(__doc__),
        measure,
        {"case_files": 1_000_000, "with_documents": 40_000},
        f"{GOAL_PER_SECOND} case files told of in a second, of {{case_files}}",
    )


if __name__ == "__main__":
    main()
