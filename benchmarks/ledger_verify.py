"""Verifying the whole ledger: events a second with three stores, and whether ten times the events cost ten times.

    .venv/bin/python -m benchmarks.ledger_verify [--events N] [--times 10] [--stamps]

An event is what the road writes: hashes before and after, a payload of some fields, 500 in a sealed segment, each
segment in three folder stores. Every size is a house and a process of its own. Wall and processor time, peak memory.
`--stamps` puts a time-stamp of a test authority (certomancer) on every seal, as many as there can ever be.
One JSON line on standard output.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

GOAL_EVENTS = 50_000
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[1]


def make(count: int, stamps: bool) -> None:
    """Fill the register and the stores of the settings."""
    from archive.ledger.append import to_row
    from archive.ledger.event import Event, Verb
    from archive.ledger.rows import SealRow
    from archive.ledger.seal import seal
    from archive.register.migrate import upgrade
    from archive.register.session import engine, transaction

    def events(first: int, last: int) -> Iterator[Event]:
        for n in range(first, last + 1):
            yield Event(
                seq=n,
                at=NOW + timedelta(seconds=n),
                actor=f"can-bo-{n % 40}",
                role="archivist",
                verb=(Verb.VIEW, Verb.STORE, Verb.FIXITY_CHECK, Verb.DECISION)[n % 4],
                object_kind="case-file",
                object_id=f"00000000-0000-4000-8000-{n % 5000:012d}",
                payload={
                    "file_code": f"000.00.01.H37.2026.{n % 5000}",
                    "states": {"kho-a": "verified", "kho-b": "verified", "kho-c": "verified"},
                    "reason": "Kiểm tra định kỳ các bản sao trong kho lưu trữ số",
                    "pages": n % 90,
                },
                before_sha256=f"{n:064x}",
                after_sha256=f"{n + 1:064x}",
                basis="Thông tư 05/2025/TT-BNV Điều 9",
            )

    upgrade(engine())
    for first in range(1, count + 1, 5000):
        with transaction() as session:
            session.add_all(to_row(event) for event in events(first, min(first + 4999, count)))
        with transaction() as session:
            seal(session, now=NOW)
    if stamps:
        from archive.ledger.stamp import stamp_key
        from archive.settings import ArchiveSettings
        from tests.archive.time_authority import token_over

        folders = [store.path for store in ArchiveSettings.load().all_stores]  # type: ignore[union-attr]
        with transaction() as session:
            for row in session.query(SealRow):
                der = token_over(bytes.fromhex(row.chain), at=NOW)
                row.timestamp_token, row.stamped_at = base64.b64encode(der).decode(), NOW
                for folder in folders:
                    (folder / stamp_key(row.number)).write_bytes(der)


def measure() -> dict[str, Any]:
    """Verify the ledger of the settings, and say what it cost."""
    from sqlalchemy import func, select

    from archive.ledger.rows import EventRow, SealRow
    from archive.ledger.verify import verify
    from archive.register.session import reading

    with reading() as session:
        count = session.scalar(select(func.count()).select_from(EventRow)) or 0
        seals = session.scalar(select(func.count()).select_from(SealRow)) or 0
        stamps = session.scalar(select(func.count()).where(SealRow.timestamp_token != "")) or 0
        wall, cpu = time.perf_counter(), time.process_time()
        faults = verify(session, now=NOW)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    if faults:
        raise SystemExit(f"the ledger is not whole: {faults[0]}")
    return {
        "events": count,
        "seals": seals,
        "stamps": stamps,
        "seconds": round(wall, 2),
        "cpu_seconds": round(cpu, 2),
        "events_per_second": round(count / wall),
        "events_per_cpu_second": round(count / cpu),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _one(count: int, stamps: bool) -> dict[str, Any]:
    """Return the figures of one size."""
    with tempfile.TemporaryDirectory(prefix="bench-ledger-") as folder:
        place = {"TANGTHU_CONFIG": f"{folder}/tangthu.toml", "TANGTHU_ARCHIVE__DATA": f"{folder}/archive"}
        (Path(folder) / "archive").mkdir()
        if stamps:
            place["TANGTHU_ARCHIVE__TSA_ROOTS"] = f"{folder}/archive/roots"
            (Path(folder) / "archive" / "roots").mkdir()
        done = ""
        for step in ("--make", "--measure"):
            # With stamps, one process does both: the test authority's keys are made anew in each.
            command = [sys.executable, "-m", "benchmarks.ledger_verify", "--events", str(count)]
            command += ["--stamps"] * stamps + ([step] if not stamps else ["--make", "--measure"])
            done = subprocess.run(
                command, cwd=ROOT, env=os.environ | place, stdout=subprocess.PIPE, text=True, check=True
            ).stdout
            if stamps:
                break
        figures: dict[str, Any] = json.loads(done.strip().splitlines()[-1])
        return figures


def main() -> None:
    """Print the figures of both sizes and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=30_000)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--stamps", action="store_true")
    parser.add_argument("--make", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.make and chosen.stamps:
        from tests.archive.time_authority import certificate

        Path(os.environ["TANGTHU_ARCHIVE__TSA_ROOTS"], "root.pem").write_bytes(certificate())
    if chosen.make:
        make(chosen.events, chosen.stamps)
    if chosen.measure:
        print(json.dumps(measure()))
    if chosen.make or chosen.measure:
        return
    small = _one(chosen.events, chosen.stamps)
    print(small, file=sys.stderr)
    large = _one(chosen.events * chosen.times, chosen.stamps)
    figures = {
        "benchmark": "ledger-verify",
        "small": small,
        "large": large,
        "goal_events_per_second": GOAL_EVENTS,
        "cpu_per_event_ratio": round(
            (large["cpu_seconds"] / large["events"]) / (small["cpu_seconds"] / small["events"]), 2
        ),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
