"""A hold on what a search found: seconds until it is in force on all of it, in a register of many case files.

    .venv/bin/python -m benchmarks.wide_hold [--case-files N] [--found N] [--database sqlite|postgresql]

Rows are written straight into the register (`benchmarks.million`), over ten agencies. Measured are placing the hold on
what was found (one order for each agency, every event ledgered), that right after the commit each of them is held,
lifting all of it again with two people, a hold on one agency and on one fonds, and the ledger's events of all this
made into rows again, which must be the same rows. Without a database named both are measured. One JSON line on
standard output.
"""

from __future__ import annotations

import hashlib
import os
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import Engine, delete, func, select, text
from sqlalchemy.orm import Session

from archive.holds import held
from archive.ledger.append import read
from archive.ledger.event import Verb
from archive.register.decisions import Hold
from archive.register.models import CaseFile
from archive.register.projection import project
from archive.register.session import reading, transaction
from archive.viewer import Role, Viewer
from benchmarks.million import agency_code, case_file_id, empty, fill, on_both
from retention import holds, wide_holds
from retention.wide_holds import Basis, WidePlaced

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
BASIS = Basis("Thanh tra toàn diện", "7/QĐ-TTr", TODAY)
WHO = Viewer("an", {"*": frozenset({Role.ARCHIVIST})})
HEAD = Viewer("dung", {"*": frozenset({Role.HEAD})})
AGENCIES = 10
GOAL_SECONDS = 10.0


def measure(number: int, found: int, database: str) -> dict[str, Any]:
    """Return the seconds of each step."""
    with tempfile.TemporaryDirectory(prefix="tangthu-bench-") as folder, empty(database) as engine:
        address = engine.url.render_as_string(hide_password=False)
        told = {
            "TANGTHU_CONFIG": f"{folder}/tangthu.toml",
            "TANGTHU_ARCHIVE__DATA": f"{folder}/archive",
            "TANGTHU_ARCHIVE__REGISTER_URL": address,
        }
        Path(folder, "archive").mkdir()
        with patch.dict(os.environ, told):
            filled = fill(engine, number, agencies=AGENCIES)
            return {"case_files": number, "found": found, "filled": round(filled, 1)} | _steps(engine, found)


def _steps(engine: Engine, found: int) -> dict[str, Any]:
    took: dict[str, float] = {}
    cpu: dict[str, float] = {}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def timed(name: str, work: Callable[[Session], Any]) -> Any:
        started, spent = time.perf_counter(), time.process_time()
        with transaction(on=engine) as session:
            result = work(session)
        took[name] = round(time.perf_counter() - started, 2)
        cpu[name] = round(time.process_time() - spent, 2)
        return result

    ids = (case_file_id(n) for n in range(found))
    placed: tuple[WidePlaced, ...] = timed(
        "place",
        lambda session: wide_holds.place_on_found(
            session, ids, {"words": "giao ban"}, BASIS, viewer=WHO, now=NOW
        ),
    )
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    in_force = _held(engine, took)
    if (in_force, sum(one.case_files for one in placed)) != (found, found):
        raise SystemExit(f"{in_force} of {found} are held")
    plan = _plan(engine)

    def lift(session: Session) -> None:
        for one in placed:
            asked = wide_holds.propose_lift_all(session, one.order_id, BASIS, viewer=WHO, now=NOW)
            holds.lift(session, asked.id, viewer=HEAD, role=Role.HEAD, now=NOW)

    timed("lift", lift)
    if left := _held(engine, {}):
        raise SystemExit(f"{left} are held still")
    agency, fonds = agency_code(0), f"PHONG-{agency_code(1)}"
    timed(
        "place_on_agency",
        lambda session: wide_holds.place_on_agency(session, agency, BASIS, viewer=WHO, now=NOW),
    )
    timed(
        "place_on_fonds",
        lambda session: wide_holds.place_on_fonds(session, fonds, BASIS, viewer=WHO, now=NOW),
    )
    was = _rows(engine)
    timed("replay", _replay)
    same = _rows(engine) == was
    met = all(took[name] <= GOAL_SECONDS for name in ("place", "lift", "place_on_agency", "place_on_fonds"))
    return took | {
        "cpu": cpu,
        "grown_mib": round(grown, 1),
        "replayed_the_same": same,
        "scans_hold": plan,
        "met": met and same and not plan,
    }


def _held(engine: Engine, took: dict[str, float]) -> int:
    started = time.perf_counter()
    with reading(on=engine) as session:
        number = session.scalar(select(func.count()).select_from(CaseFile).where(held(TODAY))) or 0
    took["held"] = round(time.perf_counter() - started, 2)
    return number


def _plan(engine: Engine) -> bool:
    """Say whether asking if one case file is held reads all of the holds, and not an index."""
    one = select(CaseFile.id).where(CaseFile.id == case_file_id(0), held(TODAY))
    said = str(one.compile(engine, compile_kwargs={"literal_binds": True}))
    explain = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN"
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
        lines = [str(row[-1]) for row in connection.execute(text(f"{explain} {said}"))]
    return any("SCAN hold" in line or "Seq Scan on hold" in line for line in lines)


def _rows(engine: Engine) -> str:
    digest = hashlib.sha256()
    with reading(on=engine) as session:
        for row in session.execute(select(*Hold.__table__.columns).order_by(Hold.id)):
            digest.update(repr(tuple(row)).encode())
    return digest.hexdigest()


def _replay(session: Session) -> None:
    session.execute(delete(Hold))
    # PostgreSQL's cursor must not stay open over our own writes.
    after = 0
    while some := list(read(session, after=after, limit=100)):
        for event in some:
            if event.verb in (Verb.HOLD, Verb.LIFT_HOLD):
                project(session, event)
        after = some[-1].seq
        session.expunge_all()


def main() -> None:
    """Measure each database and say whether the goal is met on all of them."""
    on_both(
        "wide_hold",
        str(__doc__),
        measure,
        {"case_files": 1_000_000, "found": 100_000},
        f"a hold on {{found}} of {{case_files}} case files in {GOAL_SECONDS} s, and lifted as fast",
    )


if __name__ == "__main__":
    main()
