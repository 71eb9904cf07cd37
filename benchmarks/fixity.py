"""Gigabytes a second of the round through the copies, beside what SHA-256 alone does on this machine, in one run.

    .venv/bin/python -m benchmarks.fixity [--copies 8] [--mib 128] [--folder PLACE]

Three folder stores with so many packages of that size each (random bytes; only their hash is looked at), a register of
their own. `raw`: hashlib over the same number of bytes in memory, two threads. `copies`: the copies are read as the
round reads them, but from the system's memory. `disk`: the round itself (`archive.rolling.roll`, with its ledger and
register), which has the system forget each file first; on a slow disk that is the disk's figure. Best of several runs,
taken in turns, so that a busy machine hurts all alike; `cpu_raw_over_...` compares processor time, which other work
hurts less. One JSON line on standard output.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from archive.copies import examine_one, stores
from archive.register.migrate import upgrade
from archive.register.models import Agency, CaseFile, Copy, CopyState, Fonds, Package
from archive.register.session import engine, transaction
from archive.rolling.roll import roll

STORES = ("kho-a", "kho-b", "kho-c")
THREADS = 2
TIMES = 3
GOAL_GB, GOAL_RATIO = 1.5, 0.8
MIB = 1 << 20


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser()
    options.add_argument("--copies", type=int, default=8, help="packages; each is in three stores")
    options.add_argument("--mib", type=int, default=128)
    options.add_argument(
        "--folder", type=Path, help="where the stores are made; the temporary folder otherwise"
    )
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="tangthu-fixity-", dir=asked.folder) as folder:
        os.environ["TANGTHU_CONFIG"] = f"{folder}/tangthu.toml"
        os.environ["TANGTHU_ARCHIVE__DATA"] = f"{folder}/archive"
        Path(folder, "archive").mkdir()
        print(json.dumps(measure(Path(folder), asked.copies, asked.mib)))
        engine().dispose()


def measure(folder: Path, copies: int, mib: int) -> dict[str, object]:
    """Return the figures."""
    upgrade(engine())
    places = {store.name: store for store in stores()}
    known = fill(folder, copies, mib)
    size = len(STORES) * copies * mib * MIB
    block = os.urandom(MIB)
    pieces = [(store, name, sha256) for name, sha256 in known.items() for store in STORES]

    def raw(_: object) -> None:
        digest = hashlib.sha256()
        for _n in range(mib):
            digest.update(block)

    def one(piece: tuple[str, str, str]) -> None:
        store, name, sha256 = piece
        if examine_one(places[store], name, sha256) != CopyState.VERIFIED:
            raise SystemExit(f"{store}:{name} is not what was written")

    def in_threads(work: Callable[..., None]) -> None:
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(work, pieces))

    moment = datetime(2026, 3, 2, tzinfo=UTC)

    def whole_round() -> None:
        nonlocal moment
        moment += timedelta(days=1)
        done = roll(moment, everything=True)
        if (done.copies, done.size) != (len(pieces), size):
            raise SystemExit(f"the round read {done}")

    ways: dict[str, Callable[[], None]] = {
        "raw": lambda: in_threads(raw),
        "copies": lambda: in_threads(one),
        "disk": whole_round,
    }
    best, cpu = dict.fromkeys(ways, float("inf")), dict.fromkeys(ways, float("inf"))
    for _time in range(TIMES):
        for name, way in ways.items():
            begin, spent = time.perf_counter(), time.process_time()
            way()
            best[name] = min(best[name], time.perf_counter() - begin)
            cpu[name] = min(cpu[name], time.process_time() - spent)
    speed = {name: size / seconds / 1e9 for name, seconds in best.items()}
    ratio = speed["copies"] / speed["raw"]
    return {
        "gigabytes": round(size / 1e9, 2),
        **{f"{name}_gb_per_second": round(value, 3) for name, value in speed.items()},
        "copies_over_raw": round(ratio, 3),
        "disk_over_raw": round(speed["disk"] / speed["raw"], 3),
        "cpu_raw_over_copies": round(cpu["raw"] / cpu["copies"], 3),
        "cpu_raw_over_disk": round(cpu["raw"] / cpu["disk"], 3),
        "goal": f">= {GOAL_GB} GB/s or >= {GOAL_RATIO} of raw",
        "met": speed["copies"] >= GOAL_GB or ratio >= GOAL_RATIO,
        "load": round(os.getloadavg()[0], 1),
    }


def fill(folder: Path, copies: int, mib: int) -> dict[str, str]:
    """Write the packages into every store and the register; return name -> SHA-256."""
    then = datetime(2026, 3, 1, tzinfo=UTC)
    known: dict[str, str] = {}
    with transaction() as session:
        session.add(Agency(code="A", name="A"))
        session.flush()
        session.add(Fonds(code="F", agency_code="A", name="F"))
        session.flush()
        for number in range(copies):
            name, block = f"a/{number:05}/v0001.zip", os.urandom(MIB)
            digest = hashlib.sha256()
            for _ in range(mib):
                digest.update(block)
            for store in STORES:
                path = folder / "archive" / "stores" / store / name
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("wb") as file:
                    for _ in range(mib):
                        file.write(block)
                    file.flush()
                    os.fsync(file.fileno())
            known[name] = digest.hexdigest()
            session.add(a_case_file(number, then))
            session.flush()
            session.add(
                Package(
                    id=f"p{number}", case_file_id=f"c{number}", version=1, name=name, objid="o",
                    sha256=known[name], size=mib * MIB, made_at=then,
                )
            )  # fmt: skip
            session.flush()
            for store in STORES:
                copy = Copy(package_id=f"p{number}", store=store, state=CopyState.VERIFIED, checked_at=then)
                session.add(copy)
    return known


def a_case_file(number: int, then: datetime) -> CaseFile:
    """Return a row to which a package can belong."""
    day = date(2015, 1, 1)
    return CaseFile(
        id=f"c{number}", code=f"{number}", agency_code="A", fonds_code="F", submission_id=f"s{number}", title="t",
        regime="R1", access="01", start_date=day, end_date=day, maintenance="10 năm", total_docs=1, total_pages=1,
        description={}, stored_at=then,
    )  # fmt: skip


if __name__ == "__main__":
    main()
